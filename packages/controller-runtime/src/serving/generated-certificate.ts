import { aborted, type Clock, type Timer } from '@fairlead/base'
import { credentialFilesInMemory, PublicKeyInfrastructure } from '@fairlead/pki'
import type { Runnable } from '../runnable.ts'
import type { CertificateSource, ServingCertificate } from './certificate-source.ts'

const checkIntervalMs = 24 * 60 * 60 * 1000
const leaf = {
  subject: { commonName: 'localhost' },
  hosts: ['localhost', '127.0.0.1'],
  usage: 'server',
} as const

/**
 * A certificate for `localhost` that is made in this process, and anew a month before it expires.
 * Nobody trusts its authority: what is sent is encrypted, but callers cannot tell who answers.
 */
export class GeneratedCertificate implements CertificateSource, Runnable {
  readonly needLeaderElection = false
  readonly stage = 'servers'
  readonly #clock: Clock
  readonly #infrastructure: PublicKeyInfrastructure
  readonly #listeners = new Set<() => void>()
  #current: ServingCertificate

  constructor(clock: Clock) {
    this.#clock = clock
    this.#infrastructure = new PublicKeyInfrastructure(credentialFilesInMemory(), () => clock.now())
    this.#current = this.#make()
  }

  current(): ServingCertificate {
    return this.#current
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async start(signal: AbortSignal): Promise<void> {
    let timer: Timer
    const schedule = () => {
      timer = this.#clock.setTimer(checkIntervalMs, () => {
        this.#renew()
        schedule()
      })
      return timer
    }
    timer = schedule()
    await aborted(signal)
    timer.cancel()
  }

  #renew(): void {
    const made = this.#make()
    if (made.cert === this.#current.cert) return
    this.#current = made
    for (const listener of this.#listeners) listener()
  }

  /** The one that is there, as long as it is valid for another month. */
  #make(): ServingCertificate {
    const { certificate, privateKey } = this.#infrastructure.leaf('server', leaf)
    return { cert: certificate, key: privateKey }
  }
}
