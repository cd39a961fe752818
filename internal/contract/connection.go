package contract

import "net"

// tapped is a listener whose connections pass their bytes through hooks.
type tapped struct {
	net.Listener
	hooks *Hooks
}

func (l tapped) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return tappedConn{c, l.hooks}, nil
}

type tappedConn struct {
	net.Conn
	hooks *Hooks
}

func (c tappedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.hooks.Read != nil {
		c.hooks.Read(b[:n])
	}
	return n, err
}

func (c tappedConn) Write(b []byte) (int, error) {
	if c.hooks.Write == nil {
		return c.Conn.Write(b)
	}
	if _, err := c.Conn.Write(c.hooks.Write(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}
