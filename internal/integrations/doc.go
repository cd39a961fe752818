// Package integrations has no code: its tests hold docs/integrations.md and the helpers for other languages
// (integrations/) to one another and to the format of policies.
package integrations
