// Package diagnose finds the causes of what failed: the fewest entries of
// cases/causes.yaml that explain all symptoms, and none that a passed check contradicts.
package diagnose
