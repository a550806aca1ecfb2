package main

import (
	"bytes"
	"os"
	"testing"
)

func TestSchemaIsUpToDate(t *testing.T) {
	t.Chdir("..")
	want, err := rotationSchema()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("rotation.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("rotation.schema.json is not what the types say: run go generate ./schema and commit the result")
	}
}
