// Package disagree compares what the model and a browser made of the same
// exchanges. A point on which they differ is a disagreement, unless a documented
// departure of the engine from the standard explains it.
package disagree
