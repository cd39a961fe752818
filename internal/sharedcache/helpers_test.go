package sharedcache_test

import "time"

// ample is a time limit for what answers, on however busy a machine.
const ample = time.Minute

const app = "https://app.example"
