import { X509Certificate } from 'node:crypto'
import { type FSWatcher, readFileSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { createSecureContext } from 'node:tls'
import { aborted, type Clock, type Logger, systemClock, type Timer } from '@fairlead/base'
import type { Metrics } from '../metrics/metrics.ts'
import type { Runnable } from '../runnable.ts'
import type { CertificateSource, ServingCertificate } from './certificate-source.ts'

export interface CertificateFilesOptions {
  readonly certFile: string
  readonly keyFile: string
  /** Whether `start` waits for files that are not there yet. By default it rejects. */
  readonly mayBeMissing?: boolean
  /** The files are also read this often, for changes that nothing announces. Defaults to 10 s. */
  readonly pollIntervalMs?: number
  readonly metrics?: Metrics
  readonly logger: Logger
  readonly clock?: Clock
}

/**
 * A certificate and its key in files that somebody replaces from time to time, as cert-manager and
 * the kubelet do. While it runs, a change is noticed at once, or after `pollIntervalMs`; a pair
 * that cannot be read or does not belong together is logged and counted, and the last good one
 * stays.
 */
export class CertificateFiles implements CertificateSource, Runnable {
  readonly needLeaderElection = false
  readonly stage = 'servers'
  readonly #options: CertificateFilesOptions
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  readonly #watchers = new Map<string, FSWatcher>()
  #current: ServingCertificate | undefined
  #lastFailure: string | undefined

  /** Nothing is read before `start`. */
  constructor(options: CertificateFilesOptions) {
    if (options.certFile === '' || options.keyFile === '') {
      throw new Error('certificate files need the paths of both the certificate and the key')
    }
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  current(): ServingCertificate | undefined {
    return this.#current
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async start(signal: AbortSignal): Promise<void> {
    const failure = this.#read()
    if (failure !== undefined && this.#options.mayBeMissing !== true) throw failure
    let timer: Timer | undefined
    const poll = () => {
      this.#watchDirectories()
      this.#read()
      timer = this.#clock.setTimer(this.#options.pollIntervalMs ?? 10_000, poll)
    }
    poll()
    await aborted(signal)
    timer?.cancel()
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  /**
   * Directories, because whoever replaces a file renames another one to its name; the kubelet
   * renames `..data`, a link through which all files of a volume go.
   */
  #watchDirectories(): void {
    const { certFile, keyFile } = this.#options
    const names = new Set([basename(certFile), basename(keyFile), '..data'])
    for (const directory of new Set([dirname(certFile), dirname(keyFile)])) {
      if (this.#watchers.has(directory)) continue
      try {
        const watcher = watch(directory, (_, name) => {
          if (name === null || names.has(name)) this.#read()
        })
        watcher.on('error', () => this.#unwatch(directory, watcher))
        this.#watchers.set(directory, watcher)
      } catch (error) {
        // Tried again at the next poll, which notices changes by itself.
        this.#options.logger.debug({ err: error, directory }, 'a directory cannot be watched')
      }
    }
  }

  #unwatch(directory: string, watcher: FSWatcher): void {
    watcher.close()
    this.#watchers.delete(directory)
  }

  /** Synchronous, so that both files are of one moment as far as that is possible. */
  #read(): Error | undefined {
    const { certFile, keyFile, metrics } = this.#options
    metrics?.certificates.reads.inc()
    try {
      const read = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
      if (read.cert !== this.#current?.cert || read.key !== this.#current.key) {
        this.#take(read, checkPair(read))
      }
      this.#lastFailure = undefined
      return undefined
    } catch (cause) {
      metrics?.certificates.readErrors.inc()
      return this.#fail(cause)
    }
  }

  #take(
    certificate: ServingCertificate,
    { subject, subjectAltName, validTo }: X509Certificate,
  ): void {
    this.#current = certificate
    const { certFile, logger } = this.#options
    logger.info(
      { certFile, subject, names: subjectAltName, validTo },
      'serving with the certificate that was read',
    )
    for (const listener of this.#listeners) listener()
  }

  #fail(cause: unknown): Error {
    const { certFile, keyFile, logger } = this.#options
    const reason = cause instanceof Error ? cause.message : String(cause)
    const failure = new Error(
      `no certificate can be taken from ${certFile} and ${keyFile}: ${reason}`,
      { cause },
    )
    if (reason !== this.#lastFailure) logger.error({ err: failure }, failure.message)
    this.#lastFailure = reason
    return failure
  }
}

/**
 * The first certificate of the chain. Throws if the two do not belong together, as when one of them
 * is replaced and the other not yet, or if one of them is half written.
 */
function checkPair({ cert, key }: ServingCertificate): X509Certificate {
  const leaf = new X509Certificate(cert)
  // An empty one would count as none.
  if (key.trim() === '') throw new Error('the key is empty')
  createSecureContext({ cert, key })
  return leaf
}
