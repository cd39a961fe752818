package wire

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/corsproof/corsproof/spec"
)

// h2Reader is the state of the read loop: the header block being assembled.
// The block is decoded here and not by Framer.ReadMetaHeaders, which refuses
// what we want to see (field names in upper case, for one).
type h2Reader struct {
	c   *h2conn
	dec *hpack.Decoder

	id     uint32 // of the stream whose block is being read
	ends   bool   // END_STREAM was on the HEADERS frame
	fields spec.Header
	status string
	size   int
}

func (r *h2Reader) emit(f hpack.HeaderField) {
	r.size += len(f.Name) + len(f.Value) + len(": \r\n")
	switch {
	case r.size > r.c.opt.MaxHead, len(r.fields) > maxLines: // counted, not kept
	case f.Name == ":status":
		r.status = f.Value
	default:
		r.fields = append(r.fields, spec.Field{Name: f.Name, Value: f.Value})
	}
}

// frame takes one frame. An error ends the connection.
func (r *h2Reader) frame(f http2.Frame) error {
	switch f := f.(type) {
	case *http2.HeadersFrame:
		r.id, r.ends, r.fields, r.status, r.size = f.StreamID, f.StreamEnded(), nil, "", 0
		return r.fragment(f.HeaderBlockFragment(), f.HeadersEnded())
	case *http2.ContinuationFrame:
		return r.fragment(f.HeaderBlockFragment(), f.HeadersEnded())
	case *http2.PushPromiseFrame:
		return malformed("the server pushed a response although push is off")
	}
	r.c.mu.Lock()
	defer r.c.mu.Unlock()
	switch f := f.(type) {
	case *http2.DataFrame:
		r.c.dataLocked(f)
	case *http2.SettingsFrame:
		return r.c.settingsLocked(f)
	case *http2.WindowUpdateFrame:
		r.c.windowLocked(f)
	case *http2.PingFrame:
		if !f.IsAck() {
			_ = r.c.fr.WritePing(true, f.Data)
			return r.c.flushLocked()
		}
	case *http2.RSTStreamFrame:
		if s := r.c.streams[f.StreamID]; s != nil {
			r.c.resetLocked(s, f.ErrCode)
		}
	case *http2.GoAwayFrame:
		r.c.goAwayLocked(f)
	}
	return nil
}

// fragment adds to the header block, which is complete when end is set.
func (r *h2Reader) fragment(b []byte, end bool) error {
	if _, err := r.dec.Write(b); err != nil {
		return malformed("header block: %v", err)
	}
	if !end {
		return nil
	}
	if err := r.dec.Close(); err != nil {
		return malformed("header block: %v", err)
	}
	r.c.mu.Lock()
	defer r.c.mu.Unlock()
	if s := r.c.streams[r.id]; s != nil {
		r.headLocked(s)
	}
	return nil
}

// headLocked takes a complete header block: an interim head, the final one, or
// a trailer section.
func (r *h2Reader) headLocked(s *stream) {
	s.began = true
	fail := func(kind ErrorKind, err error) {
		_ = r.c.fr.WriteRSTStream(s.id, http2.ErrCodeProtocol)
		_ = r.c.flushLocked()
		r.c.finishLocked(s, &Error{Kind: kind, Addr: r.c.addr, Doing: "reading the head of the answer of", Err: err})
	}
	if r.size > r.c.opt.MaxHead || len(r.fields) > maxLines {
		fail(TooLarge, errTooLarge)
		return
	}
	if s.resp != nil {
		s.resp.Trailer = r.fields
		if r.ends {
			r.c.finishLocked(s, nil)
		}
		return
	}
	status, err := strconv.Atoi(r.status)
	if err != nil || len(r.status) != 3 || status < 100 {
		fail(Malformed, fmt.Errorf(":status is %q", r.status))
		return
	}
	if status < 200 {
		if len(s.inter) == maxInterim {
			fail(Malformed, fmt.Errorf("more than %d interim answers", maxInterim))
			return
		}
		if s.interim += r.size; s.interim > r.c.opt.MaxHead {
			fail(TooLarge, errTooLarge)
			return
		}
		s.inter = append(s.inter, Interim{status, r.fields})
		return
	}
	s.resp = &Response{Proto: "HTTP/2.0", Status: status, Header: r.fields, HeadBytes: r.size, Elapsed: time.Since(s.start)}
	s.tell()
	if r.ends {
		r.c.finishLocked(s, nil)
	}
}

// dataLocked takes content and gives the windows back.
func (c *h2conn) dataLocked(f *http2.DataFrame) {
	n := int64(f.Length) // with padding
	c.unread += n
	if c.unread > h2ConnWindow/2 {
		_ = c.fr.WriteWindowUpdate(0, uint32(c.unread))
		c.unread = 0
		_ = c.flushLocked()
	}
	s := c.streams[f.StreamID]
	if s == nil {
		return
	}
	_, _ = s.body.Write(f.Data())
	s.tell()
	switch {
	case f.StreamEnded():
		c.finishLocked(s, nil)
	case s.body.size > c.opt.MaxBody:
		// Enough was seen: the answer is good, the rest is not worth reading.
		_ = c.fr.WriteRSTStream(s.id, http2.ErrCodeCancel)
		_ = c.flushLocked()
		c.finishLocked(s, nil)
	default:
		if s.unread += n; s.unread > h2StreamWindow/2 {
			_ = c.fr.WriteWindowUpdate(s.id, uint32(s.unread))
			s.unread = 0
			_ = c.flushLocked()
		}
	}
}

func (c *h2conn) settingsLocked(f *http2.SettingsFrame) error {
	if f.IsAck() {
		return nil
	}
	err := f.ForeachSetting(func(set http2.Setting) error {
		if err := set.Valid(); err != nil {
			return err
		}
		switch set.ID {
		case http2.SettingInitialWindowSize:
			delta := int64(set.Val) - c.streamWindow
			c.streamWindow = int64(set.Val)
			for _, s := range c.streams {
				s.window += delta
			}
		case http2.SettingMaxFrameSize:
			c.peerFrame = int(min(set.Val, h2MaxFrame))
		case http2.SettingMaxConcurrentStreams:
			c.maxStreams = set.Val
		case http2.SettingHeaderTableSize:
			c.enc.SetMaxDynamicTableSizeLimit(set.Val)
		}
		return nil
	})
	if err != nil {
		return err
	}
	_ = c.fr.WriteSettingsAck()
	c.signalLocked()
	return c.flushLocked()
}

func (c *h2conn) windowLocked(f *http2.WindowUpdateFrame) {
	if f.StreamID == 0 {
		c.sendWindow += int64(f.Increment)
	} else if s := c.streams[f.StreamID]; s != nil {
		s.window += int64(f.Increment)
	}
	c.signalLocked()
}

func (c *h2conn) resetLocked(s *stream, code http2.ErrCode) {
	switch {
	case code == http2.ErrCodeNo && s.resp != nil:
		// The answer is complete and the server wants no more of the request
		// (RFC 9113 section 8.1).
		c.finishLocked(s, nil)
	case code == http2.ErrCodeRefusedStream:
		c.finishLocked(s, &Error{Kind: Closed, Addr: c.addr, Doing: "waiting for the answer of", Err: errRefused})
	default:
		c.finishLocked(s, &Error{Kind: Reset, Addr: c.addr, Doing: "waiting for the answer of",
			Err: fmt.Errorf("the server reset the stream (%v)", code)})
	}
}

// errRefused: the request was not processed and may be sent again (RFC 9113
// section 8.7), whatever its method.
var errRefused = errors.New("the server refused the stream before processing it")

// goAwayLocked: streams above the last one named were not processed.
func (c *h2conn) goAwayLocked(f *http2.GoAwayFrame) {
	c.goAway = true
	for id, s := range c.streams {
		if id > f.LastStreamID {
			c.finishLocked(s, &Error{Kind: Closed, Addr: c.addr, Doing: "waiting for the answer of", Err: errRefused})
		}
	}
	if f.ErrCode != http2.ErrCodeNo && len(c.streams) > 0 {
		c.breakLocked(&Error{Kind: Reset, Addr: c.addr, Doing: "waiting for the answer of",
			Err: fmt.Errorf("the server ended the connection (%v: %.80q)", f.ErrCode, f.DebugData())})
	}
}
