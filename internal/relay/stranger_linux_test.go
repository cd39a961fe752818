package relay_test

import (
	"net"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/net/proxy"

	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/relay"
)

// as dials with a socket that belongs to a user.
func as(t *testing.T, uid int, dial func() error) (err error) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETFSUID, uintptr(uid), 0, 0); errno != 0 {
			err = errno
			return
		}
		err = dial()
	}()
	<-done
	return err
}

// Another user of the machine gets nothing through the relay, in whose requests are our secrets.
func TestStranger(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("root alone can be two users")
	}
	for _, anyUser := range []bool{false, true} {
		addr, _ := scripted(t, "HTTP/1.1 200 OK\r\n\r\n")
		r, err := relay.Start(&ask.Options{Scope: "http://" + addr, Page: []ask.Field{{Name: "Authorization", Value: "Bearer secret"}}}, anyUser)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		for _, uid := range []int{os.Getuid(), 65534} {
			err := as(t, uid, func() error {
				d, err := proxy.SOCKS5("tcp", strings.TrimPrefix(r.URL(), "socks5://"), nil, &net.Dialer{})
				if err != nil {
					return err
				}
				c, err := d.Dial("tcp", addr)
				if err == nil {
					_ = c.Close()
				}
				return err
			})
			if let := anyUser || uid == os.Getuid(); (err == nil) != let {
				t.Errorf("user %d, any user %v: %v", uid, anyUser, err)
			}
		}
	}
}
