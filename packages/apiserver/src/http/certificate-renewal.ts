import type { Clock, Timer } from '@fairlead/base'
import type { KeyAndCertificate } from '@fairlead/pki'

const dayMs = 24 * 60 * 60 * 1000

/**
 * Looks once a day whether the server has a new certificate, as it gets one a month before the old
 * one expires; connections that are open keep the old one.
 */
export class CertificateRenewal {
  readonly #clock: Clock
  #timer: Timer

  constructor(
    clock: Clock,
    identity: { readonly served: KeyAndCertificate; readonly current: () => KeyAndCertificate },
    server: { serveWith(identity: KeyAndCertificate): void },
  ) {
    this.#clock = clock
    const schedule = (served: KeyAndCertificate): Timer =>
      this.#clock.setTimer(dayMs, () => {
        const next = identity.current()
        if (next.certificate !== served.certificate) server.serveWith(next)
        this.#timer = schedule(next)
      })
    this.#timer = schedule(identity.served)
  }

  stop(): void {
    this.#timer.cancel()
  }
}
