import type { PeerCertificate } from '@fairlead/http1'
import type { ClientCertificateSettings } from '@fairlead/snapshot'
import { gatewayError } from '../errors/gateway-error.ts'
import { type Caller, identified, knownCaller, withoutToken } from './caller.ts'
import type { ConsumerDirectory } from './consumer-directory.ts'

/** Whom the certificates of callers stand for, in one configuration. */
export class CertificateCallers {
  readonly #settings: ClientCertificateSettings
  readonly #directory: ConsumerDirectory
  /** A connection has one certificate for all of its requests. */
  readonly #callers = new WeakMap<PeerCertificate, Caller>()

  constructor(settings: ClientCertificateSettings, directory: ConsumerDirectory) {
    this.#settings = settings
    this.#directory = directory
  }

  /** The caller that has shown a certificate, which an authority has signed. Throws `unknown_consumer`. */
  find(certificate: PeerCertificate): Caller {
    const before = this.#callers.get(certificate)
    if (before !== undefined) return before
    const caller = this.#callerOf(certificate)
    this.#callers.set(certificate, caller)
    return caller
  }

  #callerOf(certificate: PeerCertificate): Caller {
    const identity = withoutToken('ClientCertificate')
    const name = this.#nameIn(certificate)
    const consumer = name === undefined ? undefined : this.#directory.named(name)
    if (consumer !== undefined) return identified(consumer, identity, [])
    const { consumers, consumer: what } = this.#settings
    if (name === undefined || consumers === 'Match') {
      throw gatewayError.unknownConsumer(`The caller that the certificate's ${what} names`)
    }
    // By the certificate itself: names that several authorities give may be the same.
    const tenant = `certificate:${certificate.fingerprint256}`
    return knownCaller(this.#directory.gatewayNamespace, { name, tenant }, identity, [])
  }

  #nameIn({ alternativeNames, commonName }: PeerCertificate): string | undefined {
    const first = (type: string) => alternativeNames.find((name) => name.type === type)?.value
    switch (this.#settings.consumer) {
      case 'CommonName':
        return commonName
      case 'DNSName':
        return first('DNS')
      case 'URI':
        return lastTwoParts(first('URI') ?? '')
    }
  }
}

/** `namespace/name` at the end of a URI such as `spiffe://cluster/shop/web`; its host is none of them. */
function lastTwoParts(uri: string): string | undefined {
  const [, path = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+\/([^?#]*)$/i.exec(uri) ?? []
  const [namespace = '', name = ''] = path.split('/').slice(-2)
  return namespace === '' || name === '' ? undefined : `${namespace}/${name}`
}
