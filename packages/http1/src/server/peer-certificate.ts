import type { TLSSocket } from 'node:tls'
import { MessageError } from '../message/message-error.ts'
import type { ServerTls } from './server-tls.ts'

/** The certificate of a caller, signed by an authority that the server trusts. */
export interface PeerCertificate {
  /** The subject's common name; undefined if it has none, or several. */
  readonly commonName: string | undefined
  readonly alternativeNames: readonly AlternativeName[]
  /** SHA-256 of the certificate: upper-case hexadecimal pairs with colons between them. */
  readonly fingerprint256: string
}

/** A name of the extension `subjectAltName`. */
export interface AlternativeName {
  /** As OpenSSL writes it, such as `DNS`, `URI`, `email` or `IP Address`. */
  readonly type: string
  readonly value: string
}

/** Who is at the other end of a connection, or why its requests are refused. */
export interface ConnectionPeer {
  readonly certificate: PeerCertificate | undefined
  /** The answer to whatever it asks. */
  readonly refusal: MessageError | undefined
}

/** Somebody who has shown nothing, and need not. */
export const anyPeer: ConnectionPeer = { certificate: undefined, refusal: undefined }

/** Judges the peer of a connection whose handshake has ended. */
export function peerOf(socket: TLSSocket, { clients }: ServerTls): ConnectionPeer {
  if (clients === undefined) return anyPeer
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) {
    if (!clients.required) return anyPeer
    return refused('This server needs a client certificate. Connect with one.')
  }
  if (!socket.authorized) {
    const reason = String(socket.authorizationError)
    return refused(`The client certificate is not valid (${reason}). Connect with another.`)
  }
  const commonName: unknown = socket.getPeerCertificate().subject?.CN
  return {
    certificate: {
      commonName: typeof commonName === 'string' ? commonName : undefined,
      alternativeNames: parseAlternativeNames(certificate.subjectAltName ?? ''),
      fingerprint256: certificate.fingerprint256,
    },
    refusal: undefined,
  }
}

function refused(message: string): ConnectionPeer {
  return { certificate: undefined, refusal: new MessageError(400, message) }
}

/**
 * The names in what Node.js writes: `DNS:a.example, URI:spiffe://a/b`. A value that has a separator
 * or a quote in it is a JSON string. Empty for a text of another form: none of it can be trusted to
 * be where it seems to be.
 */
export function parseAlternativeNames(text: string): readonly AlternativeName[] {
  const form = /([^:,]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y
  const names: AlternativeName[] = []
  for (let end = 0; end < text.length; end = form.lastIndex) {
    const [, type, written] = form.exec(text) ?? []
    if (type === undefined || written === undefined) return []
    const value = written.startsWith('"') ? unquoted(written) : written
    if (value === undefined) return []
    names.push({ type, value })
  }
  return names
}

function unquoted(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
