package cli

// adviceOnly are the codes whose hint no test can follow, and why.
var adviceOnly = map[string]string{}
