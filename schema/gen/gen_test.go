package main

import (
	"bytes"
	"os"
	"testing"
)

func TestSchemasAreUpToDate(t *testing.T) {
	t.Chdir("..")
	for name, schema := range schemas {
		want, err := schema()
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the types say: run go generate ./schema and commit the result", name)
		}
	}
}

func TestReportsAreUpToDate(t *testing.T) {
	t.Chdir("..")
	for _, r := range reports {
		want, err := reportSchema(r.name, r.title, r.of)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(fileOf(r.name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the types say: run go generate ./schema and commit the result (%v)", fileOf(r.name), err)
		}
	}
}
