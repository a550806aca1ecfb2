// Package hosttest judges the gate as hosts do: with Lua as Argo CD runs it, with
// Flux's own evaluator of CEL, with kstatus and with Kargo's language of expressions.
// It is a module of its own, so that none of these libraries is the tool's.
package hosttest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// host says whether it takes an object for healthy at an instant.
type host struct {
	name string
	// clock: it knows what time it is.
	clock   bool
	healthy func(t *testing.T, object map[string]any, now time.Time) bool
}

// hosts are all of them, with what hosts/ gives them.
func hosts(t *testing.T) []host {
	return []host{argo(t), flux(t), {"kstatus", false, ready}, kargo(t)}
}

// read is a file of hosts/.
func read(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "hosts", name))
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// argo runs the health script in a state with the libraries that Argo CD opens and
// no others (argoproj/argo-cd util/lua/lua.go, runLua; oslib_safe.go).
func argo(t *testing.T) host {
	var config struct{ Data map[string]string }
	read(t, "argocd/gate-health.yaml", &config)
	script, known := config.Data["resource.customizations.health.l5d-pki.github.io_RotationGate"]
	if !known || len(config.Data) != 1 {
		t.Fatal("argocd-cm has no health script for the gate")
	}
	return host{"Argo CD", true, func(t *testing.T, object map[string]any, now time.Time) bool {
		l := lua.NewState(lua.Options{SkipOpenLibs: true})
		defer l.Close()
		for name, open := range map[string]lua.LGFunction{lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable} {
			if err := l.CallByParam(lua.P{Fn: l.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
				t.Fatal(err)
			}
		}
		l.PreloadModule(lua.OsLibName, func(l *lua.LState) int {
			l.Push(l.SetFuncs(l.NewTable(), map[string]lua.LGFunction{"time": func(l *lua.LState) int {
				l.Push(lua.LNumber(now.Unix()))
				return 1
			}}))
			return 1
		})
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		l.SetContext(ctx)
		l.SetGlobal("obj", luaValue(l, object))
		if err := l.DoString(script); err != nil {
			t.Errorf("the health script fails: %v", err)
			return false
		}
		health, ok := l.Get(-1).(*lua.LTable)
		if !ok {
			t.Errorf("the health script returns %v", l.Get(-1))
			return false
		}
		switch word := health.RawGetString("status").String(); word {
		case "Healthy":
			return true
		case "Progressing":
			if health.RawGetString("message").String() == "" {
				t.Error("the health script gives no reason")
			}
		default:
			t.Errorf("the health script says %s", word)
		}
		return false
	}}
}

// luaValue is what Argo CD's decodeValue makes of an object.
func luaValue(l *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case bool:
		return lua.LBool(v)
	case string:
		return lua.LString(v)
	case int64:
		return lua.LNumber(v)
	case float64:
		return lua.LNumber(v)
	case []any:
		list := l.CreateTable(len(v), 0)
		for _, item := range v {
			list.Append(luaValue(l, item))
		}
		return list
	case map[string]any:
		table := l.CreateTable(0, len(v))
		for key, item := range v {
			table.RawSetString(key, luaValue(l, item))
		}
		return table
	}
	return lua.LNil
}

// flux asks the evaluator of kustomize-controller.
func flux(t *testing.T) host {
	var k struct {
		Spec struct {
			HealthCheckExprs []kustomize.CustomHealthCheck `json:"healthCheckExprs"`
		} `json:"spec"`
	}
	read(t, "flux/gate.yaml", &k)
	if len(k.Spec.HealthCheckExprs) != 1 || k.Spec.HealthCheckExprs[0].Kind != "RotationGate" {
		t.Fatalf("%+v", k)
	}
	evaluator, err := cel.NewStatusEvaluator(&k.Spec.HealthCheckExprs[0].HealthCheckExpressions)
	if err != nil {
		t.Fatal(err)
	}
	return host{"Flux", false, func(t *testing.T, object map[string]any, _ time.Time) bool {
		result, err := evaluator.Evaluate(context.Background(), &unstructured.Unstructured{Object: object})
		if err != nil { // the controller reports it, and the check is not passed
			return false
		}
		return result.Status == status.CurrentStatus
	}}
}

// ready is what kstatus says without being told anything of the kind.
func ready(t *testing.T, object map[string]any, _ time.Time) bool {
	result, err := status.Compute(&unstructured.Unstructured{Object: object})
	if err != nil {
		return false
	}
	return result.Status == status.CurrentStatus
}

// kargo evaluates the step's expression over an answer of the API server, in which
// numbers are those of encoding/json.
func kargo(t *testing.T) host {
	var promotion struct {
		Steps []struct {
			Uses   string
			Config struct{ SuccessExpression string }
		}
	}
	read(t, "kargo/gate-step.yaml", &promotion)
	if len(promotion.Steps) != 1 || promotion.Steps[0].Uses != "http" {
		t.Fatalf("%+v", promotion)
	}
	var clock time.Time
	program, err := expr.Compile(promotion.Steps[0].Config.SuccessExpression, expr.DisableBuiltin("now"),
		expr.Function("now", func(...any) (any, error) { return clock, nil }, new(func() time.Time)))
	if err != nil {
		t.Fatal(err)
	}
	return host{"Kargo", true, func(t *testing.T, object map[string]any, now time.Time) bool {
		clock = now
		text, err := yaml.Marshal(object)
		var body any
		if err == nil {
			err = yaml.Unmarshal(text, &body)
		}
		if err != nil {
			t.Fatal(err)
		}
		result, err := expr.Run(program, map[string]any{"response": map[string]any{"status": 200, "body": body}})
		if err != nil { // the step fails and is tried again
			return false
		}
		return fmt.Sprint(result) == "true"
	}}
}
