interface SystemError {
  readonly code?: unknown
  readonly address?: unknown
  readonly port?: unknown
  readonly hostname?: unknown
  readonly message: string
  readonly cert?: { readonly subjectaltname?: string }
  readonly host?: unknown
}

const unverified = 'tls: failed to verify certificate: x509: '

/** What connect(2) says, by Node.js' code. */
const connectFailures: ReadonlyMap<unknown, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['EHOSTUNREACH', 'no route to host'],
  ['ENETUNREACH', 'network is unreachable'],
  ['ETIMEDOUT', 'connection timed out'],
  ['EADDRNOTAVAIL', 'cannot assign requested address'],
])

/** What Go says of a certificate, by OpenSSL's code. */
const certificateFailures: ReadonlyMap<unknown, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate signed by unknown authority'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate signed by unknown authority'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate signed by unknown authority'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'certificate signed by unknown authority'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate signed by unknown authority'],
  ['CERT_HAS_EXPIRED', 'certificate has expired or is not yet valid'],
  ['CERT_NOT_YET_VALID', 'certificate has expired or is not yet valid'],
  ['CERT_SIGNATURE_FAILURE', 'certificate signed by unknown authority'],
  ['INVALID_PURPOSE', 'certificate specifies an incompatible key usage'],
])

/** A failure of the network or of TLS, in the words of Go's `net` and `crypto/tls`. */
export function networkErrorText(error: unknown): string {
  const failure = firstOf(error)
  const { code, address, port, hostname, message, cert, host } = failure
  const connect = connectFailures.get(code)
  if (connect !== undefined) {
    return `dial tcp ${joinHostPort(String(address), String(port))}: connect: ${connect}`
  }
  const certificate = certificateFailures.get(code)
  if (certificate !== undefined) return unverified + certificate
  switch (code) {
    case 'ENOTFOUND':
      return `dial tcp: lookup ${String(hostname)}: no such host`
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${String(hostname)}: server misbehaving`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${unverified}certificate is valid for ${namesOf(cert?.subjectaltname)}, not ${String(host)}`
    case 'ECONNRESET':
      return message === 'socket hang up' ? 'EOF' : 'read: connection reset by peer'
    case 'EPIPE':
      return 'write: broken pipe'
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'tls: first record does not look like a TLS handshake'
    default:
      return message
  }
}

/** Node.js tries several addresses; the first one's failure counts, as in Go. */
function firstOf(error: unknown): SystemError {
  if (error instanceof AggregateError && error.errors.length > 0) return firstOf(error.errors[0])
  return error instanceof Error ? error : { message: String(error) }
}

function joinHostPort(host: string, port: string): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** `DNS:a, IP Address:10.0.0.1` as `a, 10.0.0.1`. */
function namesOf(subjectAlternativeNames = ''): string {
  return subjectAlternativeNames.replaceAll(/(?:DNS|IP Address):/g, '')
}
