package state

import "reflect"

// Clone is a deep copy of r. An empty list or map becomes an absent one.
func (r *Rotation) Clone() *Rotation {
	c := deepCopy(reflect.ValueOf(*r)).Interface().(Rotation)
	return &c
}

// Equal reports whether both say the same; an empty list or map and an absent
// one do.
func (r *Rotation) Equal(other *Rotation) bool {
	return reflect.DeepEqual(r.Clone(), other.Clone())
}

// deepCopy copies what the types of a state file are made of.
func deepCopy(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Struct:
		c.Set(v)
		for i := range v.NumField() {
			if shares(v.Field(i).Kind()) {
				c.Field(i).Set(deepCopy(v.Field(i)))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			c.Set(reflect.New(v.Type().Elem()))
			c.Elem().Set(deepCopy(v.Elem()))
		}
	case reflect.Slice:
		if v.Len() == 0 {
			break
		}
		c.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		if !shares(v.Type().Elem().Kind()) {
			reflect.Copy(c, v)
			break
		}
		for i := range v.Len() {
			c.Index(i).Set(deepCopy(v.Index(i)))
		}
	case reflect.Map:
		if v.Len() > 0 {
			c.Set(reflect.MakeMap(v.Type()))
		}
		for it := v.MapRange(); it.Next(); {
			c.SetMapIndex(it.Key(), deepCopy(it.Value()))
		}
	default:
		c.Set(v)
	}
	return c
}

// shares reports whether a copied value of the kind may share memory with the original.
func shares(k reflect.Kind) bool {
	return k == reflect.Struct || k == reflect.Pointer || k == reflect.Slice || k == reflect.Map
}
