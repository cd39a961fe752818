package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/block"
)

// parallel is how an engine that starts several jobs of one kind tells each which it is.
type parallel struct {
	name         string
	index, total string // variables
	from         int    // the index of the first
	only         string // a variable without which these mean something else; empty: none
}

// parallels are those that --shard auto knows, each as its documentation has it.
var parallels = []parallel{
	{"GitLab CI", "CI_NODE_INDEX", "CI_NODE_TOTAL", 1, "GITLAB_CI"}, // Heroku CI counts the same variables from 0
	{"CircleCI", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0, ""},
	{"Buildkite", "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0, ""},
	{"Semaphore", "SEMAPHORE_JOB_INDEX", "SEMAPHORE_JOB_COUNT", 1, ""},
	{"Azure Pipelines", "SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", 1, ""},
	{"Bitbucket Pipelines", "BITBUCKET_PARALLEL_STEP", "BITBUCKET_PARALLEL_STEP_COUNT", 0, ""},
	{"Cloud Run", "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT", 0, ""},
	{"AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", 0, ""},
	{"Kubernetes", "JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", 0, ""}, // the first by an Indexed Job, the second by whoever writes it
}

const shardForms = "--shard i/n, as in --shard 1/4 (the first of four), or --shard auto, which reads the variables of CI"

// shardOf reads --shard.
func shardOf(text string) (harness.Shard, error) {
	if text == "" {
		return harness.Shard{}, nil
	}
	if text == "auto" {
		return shardFrom(os.Getenv)
	}
	index, of, ok := strings.Cut(text, "/")
	s, err := shard(index, of, 1)
	if !ok || err != nil {
		return s, usage(fmt.Errorf("--shard %s is not one of several shards", text), shardForms)
	}
	return s, nil
}

// part is the shard that is run.
func (f *runFlags) part() (harness.Shard, error) {
	part, err := shardOf(f.shard)
	if err == nil && part.Of > 0 && f.update {
		err = usage(errors.New("--update-baseline is about what all shards show together"), "corsproof report merge FILE.json... --baseline "+f.baselineFlags.file+" --update-baseline")
	}
	return part, err
}

// tooMany is the error of more shards than there are checks.
func (f *runFlags) tooMany(checks int) error {
	return usage(fmt.Errorf("--shard %s: there are only %s, and a shard would have none", f.shard, block.Count(checks, "check")), "take fewer shards, or choose more checks")
}

// shard is the shard that two numbers name, the first counted from.
func shard(index, of string, from int) (harness.Shard, error) {
	i, err := strconv.Atoi(index)
	n, err2 := strconv.Atoi(of)
	if err = errors.Join(err, err2); err != nil {
		return harness.Shard{}, err
	}
	s := harness.Shard{Index: i - from + 1, Of: n}
	if n < 1 || s.Index < 1 || s.Index > n {
		return s, fmt.Errorf("there is no shard %d of %d", s.Index, n)
	}
	return s, nil
}

// shardFrom reads the variables of the engine that started this.
func shardFrom(getenv func(string) string) (harness.Shard, error) {
	var known []string
	for _, p := range parallels {
		known = append(known, p.name+" ("+p.index+")")
		index, of := getenv(p.index), getenv(p.total)
		if index == "" || p.only != "" && getenv(p.only) == "" {
			continue
		}
		if of == "" {
			return harness.Shard{}, usage(fmt.Errorf("--shard auto: %s is %s, and %s, the number of shards, is not set", p.index, index, p.total), "set "+p.total+", or give the shard: "+shardForms)
		}
		s, err := shard(index, of, p.from)
		if err != nil {
			return s, usage(fmt.Errorf("--shard auto: %s=%s and %s=%s of %s name no shard", p.index, index, p.total, of, p.name), shardForms)
		}
		return s, nil
	}
	return harness.Shard{}, usage(errors.New("--shard auto: no variable tells which shard this is"), "known are "+strings.Join(known, ", "), shardForms)
}
