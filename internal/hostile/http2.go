package hostile

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// overHTTP2 are servers that misbehave frame by frame.
func overHTTP2() []Behaviour {
	var list []Behaviour
	add := func(name string, onRequest func(f *http2.Framer, id uint32)) {
		list = append(list, Behaviour{Name: "h2, " + name, Exit: []int{Gone, Failures}, TLS: true, Wait: waited, Serve: frames(onRequest)})
	}
	head := func(fields ...string) []byte {
		var b bytes.Buffer
		e := hpack.NewEncoder(&b)
		for i := 0; i < len(fields); i += 2 {
			_ = e.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
		}
		return b.Bytes()
	}
	send := func(f *http2.Framer, id uint32, end bool, fields ...string) {
		_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: head(fields...), EndHeaders: true, EndStream: end})
	}
	add("silence", func(*http2.Framer, uint32) {})
	add("a head and silence", func(f *http2.Framer, id uint32) { send(f, id, false, ":status", "200") })
	add("reset of each stream", func(f *http2.Framer, id uint32) { _ = f.WriteRSTStream(id, http2.ErrCodeInternal) })
	add("refusal of each stream", func(f *http2.Framer, id uint32) { _ = f.WriteRSTStream(id, http2.ErrCodeRefusedStream) })
	add("goaway at once", func(f *http2.Framer, _ uint32) { _ = f.WriteGoAway(0, http2.ErrCodeNo, nil) })
	add("goaway with an error", func(f *http2.Framer, _ uint32) { _ = f.WriteGoAway(0, http2.ErrCodeInternal, []byte("\x1b[31mno")) })
	add("no status", func(f *http2.Framer, id uint32) { send(f, id, true, "x", "y") })
	add("a bad status", func(f *http2.Framer, id uint32) { send(f, id, true, ":status", "abc") })
	add("garbage for a head", func(f *http2.Framer, id uint32) {
		_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, EndHeaders: true})
	})
	add("a push", func(f *http2.Framer, id uint32) {
		_ = f.WritePushPromise(http2.PushPromiseParam{StreamID: id, PromiseID: 2, BlockFragment: head(":method", "GET"), EndHeaders: true})
	})
	add("a frame that is too large", func(f *http2.Framer, id uint32) { _ = f.WriteRawFrame(http2.FrameData, 0, id, make([]byte, 1<<15)) })
	add("a settings flood", func(f *http2.Framer, _ uint32) {
		for f.WriteSettings() == nil {
		}
	})
	add("a ping flood", func(f *http2.Framer, _ uint32) {
		for f.WritePing(false, [8]byte{}) == nil {
		}
	})
	add("empty data without end", func(f *http2.Framer, id uint32) {
		for f.WriteData(id, false, nil) == nil {
		}
	})
	add("continuations without end", func(f *http2.Framer, id uint32) {
		_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: head(":status", "200")})
		part := head("x", "y")
		for f.WriteContinuation(id, false, part) == nil {
		}
	})
	add("hints without end", func(f *http2.Framer, id uint32) {
		part := head(":status", "103")
		for f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: part, EndHeaders: true}) == nil {
		}
	})
	add("no streams at all", func(f *http2.Framer, _ uint32) {
		_ = f.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 0})
	})
	add("resets without end", func(f *http2.Framer, id uint32) {
		for f.WriteRSTStream(id, http2.ErrCodeCancel) == nil {
		}
	})
	for i := range list {
		if list[i].Name == "h2, a head and silence" { // an answer to each request, whose content is waited for
			list[i].Wait = time.Second
		}
	}
	return append(list,
		Behaviour{Name: "h2, a graceful goaway after each answer, refusing what came with it", Exit: []int{Conformant}, TLS: true, Serve: leaving},
		Behaviour{Name: "h2, every second stream refused", Exit: []int{Conformant}, TLS: true, Serve: refusing},
	)
}

// refusing is a right server that refuses every second stream, which was then not looked at (RFC 9113
// section 8.7) and is sent again, and ends what it answers with a reset that is no error (section 8.1).
func refusing(c net.Conn, n *atomic.Int64) {
	answerH2(c, func(f *http2.Framer, h *http2.MetaHeadersFrame) {
		if n.Add(1)%2 == 0 {
			_ = f.WriteRSTStream(h.StreamID, http2.ErrCodeRefusedStream)
			return
		}
		_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: h.StreamID, BlockFragment: rightH2(h), EndHeaders: true, EndStream: true})
		_ = f.WriteRSTStream(h.StreamID, http2.ErrCodeNo)
	})
}

// answerH2 has each request answered.
func answerH2(c net.Conn, answer func(*http2.Framer, *http2.MetaHeadersFrame)) {
	if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	f := http2.NewFramer(c, c)
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = f.WriteSettings()
	for {
		in, err := f.ReadFrame()
		if err != nil {
			return
		}
		if h, ok := in.(*http2.MetaHeadersFrame); ok {
			answer(f, h)
		}
	}
}

// leaving is a right server that ends each connection after an answer, as RFC 9113 section 6.8 has it:
// what was sent besides is refused, so that it can be sent again.
func leaving(c net.Conn, n *atomic.Int64) {
	var answered uint32
	answerH2(c, func(f *http2.Framer, h *http2.MetaHeadersFrame) {
		switch {
		case answered > 0 && h.StreamID > answered:
			_ = f.WriteRSTStream(h.StreamID, http2.ErrCodeRefusedStream)
		case answered == 0:
			answered = h.StreamID
			n.Add(1)
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: answered, BlockFragment: rightH2(h), EndHeaders: true, EndStream: true})
			_ = f.WriteGoAway(answered, http2.ErrCodeNo, nil)
		}
	})
}

// rightH2 is the head of a right answer to a request, which right has for HTTP/1.
func rightH2(h *http2.MetaHeadersFrame) []byte {
	r := &http.Request{Method: h.PseudoValue("method"), Header: http.Header{}}
	for _, f := range h.RegularFields() {
		r.Header.Add(f.Name, f.Value)
	}
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	_ = e.WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	for line := range strings.SplitSeq(strings.TrimSpace(right(r)), "\r\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			_ = e.WriteField(hpack.HeaderField{Name: strings.ToLower(name), Value: value})
		}
	}
	return b.Bytes()
}

// frames reads requests and has each answered by frames.
func frames(onRequest func(f *http2.Framer, id uint32)) func(net.Conn, *atomic.Int64) {
	return func(c net.Conn, n *atomic.Int64) {
		if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		f := http2.NewFramer(c, c)
		f.AllowIllegalWrites = true
		_ = f.WriteSettings()
		for {
			in, err := f.ReadFrame()
			if err != nil {
				return
			}
			if h, ok := in.(*http2.HeadersFrame); ok {
				n.Add(1)
				onRequest(f, h.StreamID)
			}
		}
	}
}
