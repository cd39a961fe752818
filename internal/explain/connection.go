package explain

import "github.com/corsproof/corsproof/spec"

// How a connection failed, where its code or curl's words say more than the cause.

// connection is a way in which there was no answer.
type connection struct {
	re             pattern
	title, why, do string
	certificate    bool // the server's certificate is at fault
}

const sameError = " A script sees the same error as for CORS."

// connections: the first that fits counts. Chromium: net/base/net_error_list.h; Firefox: xpcom/base/ErrorList.py; curl:
// https://curl.se/libcurl/c/libcurl-errors.html; Safari: NSURLError. A text without any of them keeps the words of its cause.
var connections = []connection{
	{
		mustPattern(`err_internet_disconnected|ns_error_offline|internet connection appears to be offline|network is unreachable`),
		"This machine has no connection to the network that the server is in",
		"The system had no connection, or the browser was set offline, so that nothing was sent." + sameError,
		"Look at the connection of this machine: cable, WLAN, VPN, flight mode, and Offline in DevTools (Network). Then load the page again. Nothing shows that anything is wrong with the server.",
		false,
	},
	{
		mustPattern(`err_network_changed|err_network_io_suspended`),
		"The network of this machine changed, or it slept, while the request was under way",
		"The browser then ends what it was doing." + sameError,
		"Try again. Where it comes back, look what changes the network: a VPN, WLAN, or containers that make interfaces and take them away.",
		false,
	},
	{
		mustPattern(`err_network_access_denied`),
		"This machine does not let the browser use the network",
		"A firewall or a policy of the system refused it before anything was sent." + sameError,
		"Look at the firewall and the protection software of this machine.",
		false,
	},
	{
		mustPattern(`err_proxy_connection_failed|err_tunnel_connection_failed|ns_error_proxy_connection_refused|ns_error_unknown_proxy_host|curl: \((?:5|97)\)|could not resolve proxy`),
		"The browser's proxy is not reached, or did not connect it with the server",
		"The system or the browser is set to ask through a proxy, and that was as far as it came." + sameError,
		"Look at the settings of the proxy, and whether it runs and may connect to this host and port. Ask without it where that is allowed.",
		false,
	},
	{
		mustPattern(`with [1-9]\d* (?:out of -?\d+ )?bytes received`),
		"The answer did not come to its end in time",
		"The connection was there and a part of the answer came, then time was up." + sameError,
		"Look in the server's log how long it takes for this request, and what it waits for. Give whoever asks more time if it may take so long.",
		false,
	},
	{
		mustPattern(`operation timed out after \d+ milliseconds with 0 (?:out of -?\d+ )?bytes received|err_response_timed_out`),
		"The server did not answer in time",
		"Whoever asked gave up after a time without a byte of the answer. That is no refusal." + sameError,
		"Look in the server's log whether the request came, and what it waits for: a database, another service, a breakpoint. If it did not come, something in between keeps it: a proxy, a firewall.",
		false,
	},
	{
		mustPattern(`resolving timed out`),
		"The name server (DNS) did not answer in time",
		"Without the address of the host nothing can be sent to it." + sameError,
		"Look at the name server that this machine asks, and at the connection to it (VPN).",
		false,
	},
	{
		mustPattern(`err_connection_timed_out|ns_error_net_timeout|connection timed out|connection timeout|failed to connect to .{0,200}?: timeout|ssl connection timeout|curl: \(28\) failed to connect`),
		"No answer came from the server's address: the connection timed out",
		"What was sent to connect was neither taken nor refused. So it is when a firewall drops it, the address is wrong or is of another network, or the machine is off. A port at which nothing listens would refuse at once." + sameError,
		"Look whether the address is the right one and can be reached from this network (VPN, a container's or cluster's own addresses), and whether a firewall or a security group lets this port in.",
		false,
	},
	{
		mustPattern(`err_timed_out|the request timed out|operation timed out|curl: \(28\)`),
		"The server did not answer in time",
		"Time was up before there was an answer; whether a connection was made the text does not show." + sameError,
		"Look in the server's log whether the request came, and what it waits for. If it did not come, look whether the address can be reached from this network, and whether a firewall lets this port in.",
		false,
	},
	{
		mustPattern(`err_address_unreachable|no route to host`),
		"There is no way to the server's address",
		"A router, or this machine, knows no way to the address, so that nothing arrived." + sameError,
		"Look whether the address is the right one and of a network that this machine is in (VPN, a container's or cluster's own addresses).",
		false,
	},
	{
		mustPattern(`err_address_invalid`),
		"The server's address is none that can be connected to",
		"Addresses such as 0.0.0.0 are for servers to listen at, not to be asked." + sameError,
		"Ask for the address or the name of the machine itself, such as localhost.",
		false,
	},
}

// TLS that failed, by what was wrong.
var handshakes = []connection{
	{
		mustPattern(`err_cert_date_invalid|sec_error_expired_certificate|mozilla_pkix_error_not_yet_valid_certificate|certificate (?:has expired|is not yet valid)|sec_error_expired_issuer_certificate`),
		"The server's certificate has expired, or is not valid yet, by the clock of this machine",
		"A browser takes a certificate within its dates alone, and compares them with the clock of the machine that it runs on. Without one it sends nothing, and a page's script cannot ask the user for an exception.",
		"Look at the dates of the certificate and renew it; see that the server has loaded the new one. If it is in its dates, set the clock of this machine.",
		true,
	},
	{
		mustPattern(`err_cert_common_name_invalid|ssl_error_bad_cert_domain|no alternative certificate subject name|curl: \(51\)`),
		"The server's certificate is for other host names than this one",
		"A browser takes a certificate for the names alone that stand in it (Subject Alternative Name). Without one it sends nothing, and a page's script cannot ask the user for an exception.",
		"Ask for a name that the certificate has, or serve one that has this name. Where several sites share an address, see that the server has one for this name (SNI).",
		true,
	},
	{
		mustPattern(`err_ssl_protocol_error|ssl_error_rx_record_too_long`),
		"The answer to the TLS handshake is not what TLS says: often it is plain HTTP, asked by https://",
		"https:// was asked for, and what came back was no handshake to go on with. That is no matter of the certificate.",
		"If the server speaks plain HTTP at this port, as many do in development, ask for http://. Else let it, or a proxy before it, speak TLS there, and look in its log.",
		false,
	},
	{
		mustPattern(`err_ssl_version_or_cipher_mismatch|ssl_error_no_cypher_overlap|ssl_error_unsupported_version|err_ssl_obsolete_version`),
		"Browser and server have no version of TLS, or no cipher, in common",
		"The handshake ended before a certificate counted.",
		"Let the server speak TLS 1.2 or 1.3 with today's ciphers. Where a proxy or CDN stands before it, see that it has a certificate for this host name: without one many answer so.",
		false,
	},
	{
		mustPattern(`err_ssl_client_auth|err_bad_ssl_client_auth_cert|ssl_error_(?:bad_cert_alert|certificate_required_alert|handshake_failure_alert)|alert (?:certificate required|bad certificate)|curl: \(58\)`),
		"The server wants a certificate of the client, and did not get one that it takes",
		"Such a certificate is asked for during the TLS handshake, before any header is sent.",
		"Install the client's certificate in the browser, and let the script ask with credentials: 'include'. A preflight has none in some browsers: let the server ask for it behind the preflight.",
		false,
	},
	{
		mustPattern(`ssl_error_syscall|ssl_connect: connection|connection (?:closed|reset).{0,40}(?:tls|ssl)`),
		"The TLS handshake did not come to its end",
		"The connection was closed or refused while TLS was agreed on; whether a certificate was at fault the text does not show.",
		"Look whether the server speaks TLS at this port at all, in which versions, and in its log.",
		false,
	},
}

// connectionOf is how a connection failed by a text; nil: it does not say more than its cause.
func connectionOf(reason spec.Reason, m string) *connection {
	list := connections
	switch reason {
	case ReasonTLS:
		list = handshakes
	case spec.ReasonNetworkError:
	default:
		return nil
	}
	for i := range list {
		if list[i].re.matches(m) {
			return &list[i]
		}
	}
	return nil
}

// rewordConnection says how the connection failed.
func (s *sighting) rewordConnection(a *Answer) {
	c := s.connection
	a.Cause.Title, a.Cause.Why, a.Fix.Do = c.title, c.why, c.do
	if !c.certificate { // the page about the cause speaks of something else
		a.Cause.ID = ""
	}
}
