package exchange

import (
	"strconv"

	"github.com/corsproof/corsproof/spec"
)

// AppendResult appends the output line of an exchange, without a newline.
// fields is what a script can read of the response, as Fetch.Readable has it;
// out.Readable is not looked at.
// notConsidered are the layers that the outcome says nothing of, see spec.Fetch.NotConsidered.
func AppendResult(dst []byte, id string, out *spec.Outcome, fields spec.Header, notConsidered []string) []byte {
	dst = append(dst, `{"id":`...)
	dst = appendText(dst, id)
	dst = append(dst, `,"outcome":`...)
	dst = appendText(dst, string(out.Result))
	dst = append(dst, `,"type":`...)
	dst = appendText(dst, string(out.Type))
	dst = append(dst, `,"reason":`...)
	dst = appendOrNull(dst, string(out.Reason))
	dst = append(dst, `,"layer":`...)
	dst = appendOrNull(dst, string(out.Reason.Layer()))
	dst = append(dst, `,"failed_parameter":`...)
	dst = appendOrNull(dst, out.FailedParameter)
	dst = append(dst, `,"failed_hop":`...)
	dst = appendIntOrNull(dst, out.FailedHop)
	dst = append(dst, `,"hops":[`...)
	for i := range out.Hops {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendHop(dst, &out.Hops[i])
	}
	dst = append(dst, `],"readable":{`...)
	for i := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendBytes(dst, fields[i].Name)
		dst = append(dst, ':')
		dst = appendBytes(dst, fields[i].Value)
	}
	dst = append(dst, `},"exposed":[`...)
	for i := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendBytes(dst, fields[i].Name)
	}
	dst = append(dst, `],"preflight_cache_seconds":`...)
	dst = appendIntOrNull(dst, out.PreflightCacheSeconds)
	dst = append(dst, `,"not_considered":[`...)
	for i, name := range notConsidered {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, name)
	}
	dst = append(dst, `],"trace":[`...)
	for i := range out.Trace {
		if i > 0 {
			dst = append(dst, ',')
		}
		s := &out.Trace[i]
		dst = append(dst, `{"step":"`...)
		dst = append(dst, s.Step...)
		dst = append(dst, `","spec":"`...)
		dst = append(dst, s.Spec...)
		dst = append(dst, `","text":`...)
		dst = appendBytes(dst, s.Text)
		dst = append(dst, '}')
	}
	return append(dst, "]}"...)
}

func appendHop(dst []byte, h *spec.Hop) []byte {
	dst = append(dst, `{"preflight":`...)
	dst = strconv.AppendBool(dst, h.Preflight)
	dst = append(dst, `,"acrm":`...)
	dst = appendPointer(dst, h.ACRM)
	dst = append(dst, `,"acrh":`...)
	dst = appendPointer(dst, h.ACRH)
	dst = append(dst, `,"preflight_origin":`...)
	dst = appendPointer(dst, h.PreflightOrigin)
	dst = append(dst, `,"sent":`...)
	dst = strconv.AppendBool(dst, h.Sent)
	dst = append(dst, `,"method":`...)
	dst = appendBytes(dst, h.Method)
	dst = append(dst, `,"origin":`...)
	dst = appendPointer(dst, h.Origin)
	dst = append(dst, `,"headers":`...)
	dst = appendHeader(dst, h.Header)
	dst = append(dst, `,"credentials":`...)
	dst = strconv.AppendBool(dst, h.Credentials)
	return append(dst, '}')
}

// AppendInvalid appends the output line for a line that is not valid, without
// a newline. An id that could not be read is null.
func AppendInvalid(dst []byte, id *string, message string) []byte {
	dst = append(dst, `{"id":`...)
	if id == nil {
		dst = append(dst, "null"...)
	} else {
		dst = appendText(dst, *id)
	}
	dst = append(dst, `,"outcome":"invalid","error":`...)
	dst = appendText(dst, message)
	return append(dst, '}')
}

func appendOrNull(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, "null"...)
	}
	return appendBytes(dst, s)
}

func appendPointer(dst []byte, s *string) []byte {
	if s == nil {
		return append(dst, "null"...)
	}
	return appendBytes(dst, *s)
}

func appendIntOrNull(dst []byte, n int) []byte {
	if n < 0 {
		return append(dst, "null"...)
	}
	return strconv.AppendInt(dst, int64(n), 10)
}
