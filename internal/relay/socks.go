package relay

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strconv"
)

// The part of SOCKS 5 (RFC 1928) that browsers speak: CONNECT without authentication.

const (
	version    = 5
	noAuth     = 0
	cmdConnect = 1
	typeIPv4   = 1
	typeDomain = 3
	typeIPv6   = 4

	granted   byte = 0
	forbidden byte = 2 // by the rules of the relay
	refused   byte = 5
)

var errSocks = errors.New("not SOCKS 5")

// handshake reads what a browser asks for: "host:port".
func handshake(c net.Conn) (addr string, err error) {
	var head [2]byte
	if _, err := io.ReadFull(c, head[:]); err != nil || head[0] != version {
		return "", errSocks
	}
	if _, err := io.ReadFull(c, make([]byte, head[1])); err != nil {
		return "", err
	}
	if _, err := c.Write([]byte{version, noAuth}); err != nil {
		return "", err
	}
	var request [4]byte
	if _, err := io.ReadFull(c, request[:]); err != nil || request[1] != cmdConnect {
		return "", errSocks
	}
	host, err := readHost(c, request[3])
	if err != nil {
		return "", err
	}
	var port [2]byte
	if _, err := io.ReadFull(c, port[:]); err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port[:])))), nil
}

func readHost(c net.Conn, kind byte) (string, error) {
	size := 0
	switch kind {
	case typeIPv4:
		size = net.IPv4len
	case typeIPv6:
		size = net.IPv6len
	case typeDomain:
		var n [1]byte
		if _, err := io.ReadFull(c, n[:]); err != nil {
			return "", err
		}
		size = int(n[0])
	default:
		return "", errSocks
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(c, text); err != nil {
		return "", err
	}
	if kind == typeDomain {
		return string(text), nil
	}
	return net.IP(text).String(), nil
}

// reply says whether there is a connection.
func reply(c net.Conn, code byte) error {
	_, err := c.Write([]byte{version, code, 0, typeIPv4, 0, 0, 0, 0, 0, 0})
	return err
}
