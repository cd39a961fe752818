package model

import (
	"context"
	"crypto/rand"
	"encoding/base64"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/browserfields"
	"github.com/corsproof/corsproof/internal/record"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// reasonHandshake: the server did not switch to WebSocket, with whatever answer, or none: to
// close the connection refuses as well. DevTools has no name for it.
const reasonHandshake spec.Reason = "WebSocketHandshakeRefused"

const statusSwitching = 101

// handshake opens a WebSocket as https://websockets.spec.whatwg.org/#concept-websocket-establish
// has it: no CORS, always an Origin, and credentials. That the server switches
// protocols is all that is asked; the connection ends there.
func (f *modelFetch) handshake(ctx context.Context) agent.Outcome {
	f.out.Outcome = spec.Outcome{Result: spec.Blocked, Type: spec.TypeErr, Reason: reasonHandshake, PreflightCacheSeconds: -1}
	origin := f.step.Request.Origin
	f.out.Hops = []spec.Hop{{URL: f.step.URL, Sent: true, Method: "GET", Origin: &origin, Credentials: true}}
	ex := f.shake(ctx, origin)
	if f.lost != nil {
		return f.out
	}
	f.out.Exchanges = append(f.out.Exchanges, ex)
	f.out.CookieSent = cookieSent(&ex)
	if ex.Status == statusSwitching {
		f.out.Result, f.out.Type, f.out.Reason, f.out.FailedHop = spec.Allowed, spec.TypeBasic, "", -1
	}
	return f.out
}

func (f *modelFetch) shake(ctx context.Context, origin string) agent.Exchange {
	ep, authority, target, err := wire.EndpointOf(f.step.URL, wire.H1)
	if err != nil {
		return agent.Exchange{Method: "GET", URL: f.step.URL, Error: err.Error()}
	}
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails
	req := &wire.Request{Method: "GET", Target: target, Lines: []string{
		"Host: " + authority, "Connection: Upgrade", "Pragma: no-cache", "Cache-Control: no-cache", "User-Agent: " + browserfields.UserAgent,
		"Upgrade: websocket", "Origin: " + origin, "Sec-WebSocket-Version: 13", "Accept-Encoding: " + browserfields.CodingsPlain,
		"Accept-Language: en-US,en;q=0.9", "Sec-WebSocket-Key: " + base64.StdEncoding.EncodeToString(key),
	}}
	if f.step.Request.WithCookie {
		req.Lines = append(req.Lines, "Cookie: "+agent.Cookie)
	}
	f.job.m.sender.Dress(f.step.URL, req, true)
	answer, err := f.inTurn(ctx, ep, req, func(ctx context.Context) (wire.Answer, error) {
		conn, err := f.job.m.sender.Client.Get(ctx, ep)
		if err != nil {
			return wire.Answer{}, err
		}
		defer conn.Release()
		return conn.Do(ctx, req)[0], nil
	})
	if err == nil && answer.Err != nil {
		err = answer.Err
	}
	if err != nil {
		return f.failed(f.step.URL, req, err)
	}
	return record.New(f.step.URL, req, answer)
}
