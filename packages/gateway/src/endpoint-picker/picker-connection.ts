import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
} from 'node:http2'
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Clock, untilAborted } from '@fairlead/base'
import { egressGuard } from '../upstream/egress-connector.ts'
import type { ResolveHost } from '../upstream/resolve-host.ts'
import { PickerFailure } from './picker-failure.ts'

/** Where an endpoint picker is, and how connections to it are secured. */
export interface PickerRoute {
  readonly host: string
  readonly port: number
  readonly tls: 'Unverified' | 'Verified' | 'None'
  /** Authorities, as PEM, that are trusted instead of the usual ones. */
  readonly ca: string | undefined
  /** Whether loopback may be connected to; addresses of a cluster always may. */
  readonly allowPrivate: boolean
  /** Until a connection is open. */
  readonly connectMs: number
}

interface PickerConnectionParts {
  readonly clock: Clock
  readonly resolveHost: ResolveHost
}

const processPath = '/envoy.service.ext_proc.v3.ExternalProcessor/Process'
/** How long no further connection is tried after one has failed. */
const restMs = 1_000
/** How long a connection may take to show that it lives. */
const pingMs = 2_000
/** What may be under way towards us, of one stream and of all: pickers send bodies back. */
const streamWindowBytes = 1024 * 1024
const sessionWindowBytes = 16 * 1024 * 1024

/**
 * The one connection to an endpoint picker, over HTTP/2, on which every call has a stream. It is opened
 * when it is needed, and anew when it has ended.
 */
export class PickerConnection {
  readonly #route: PickerRoute
  readonly #parts: PickerConnectionParts
  #session: Promise<ClientHttp2Session> | undefined
  #failure: { readonly error: PickerFailure; readonly untilMs: number } | undefined
  #isClosed = false

  constructor(route: PickerRoute, parts: PickerConnectionParts) {
    this.#route = route
    this.#parts = parts
  }

  /**
   * A stream for one call. Rejects with PickerFailure, which for a second after a failed attempt is that
   * attempt's, or with the signal's reason.
   */
  async openStream(signal: AbortSignal): Promise<ClientHttp2Stream> {
    const session = await untilAborted(this.#open(), signal)
    signal.throwIfAborted()
    try {
      return session.request({
        ':method': 'POST',
        ':path': processPath,
        'content-type': 'application/grpc',
        te: 'trailers',
        'user-agent': 'fairlead',
      })
    } catch (error) {
      throw new PickerFailure('Connect', 'its connection has just been closed', error)
    }
  }

  /** Somebody waits in vain for an answer: a connection that is dead is given up. */
  suspect(): void {
    void this.#session?.then(
      (session) => this.#ping(session),
      () => {},
    )
  }

  /** Closes the connection once its streams have ended. */
  close(): void {
    this.#isClosed = true
    void this.#session?.then(
      (session) => session.close(),
      () => {},
    )
  }

  #open(): Promise<ClientHttp2Session> {
    if (this.#session !== undefined) return this.#session
    const { clock } = this.#parts
    if (this.#failure !== undefined && clock.monotonicMs() < this.#failure.untilMs) {
      return Promise.reject(this.#failure.error)
    }
    const opening = this.#connect()
    this.#session = opening
    opening.then(
      (session) => {
        this.#failure = undefined
        const forget = () => this.#forget(opening)
        session.once('goaway', forget).once('close', forget)
        if (session.closed || session.destroyed) forget()
        if (this.#isClosed) session.close()
      },
      (error: unknown) => {
        this.#forget(opening)
        const failure = failureOf(error)
        this.#failure = { error: failure, untilMs: clock.monotonicMs() + restMs }
      },
    )
    return opening
  }

  #forget(session: Promise<ClientHttp2Session>): void {
    if (this.#session === session) this.#session = undefined
  }

  async #connect(): Promise<ClientHttp2Session> {
    const { host, port, tls, allowPrivate, connectMs } = this.#route
    const { clock, resolveHost } = this.#parts
    const origin = `${tls === 'None' ? 'http' : 'https'}://${host}:${port}`
    const { denied, lookup } = egressGuard({
      origin,
      proxy: undefined,
      allowPrivate,
      isClusterService: true,
      resolveHost,
    })
    if (denied !== undefined) throw failureOf(denied)
    const session = connectHttp2(origin, {
      createConnection: () => this.#socket(lookup),
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
    })
    const timer = clock.setTimer(connectMs, () =>
      session.destroy(new Error(`no connection within ${connectMs} ms`)),
    )
    try {
      await new Promise<void>((resolve, reject) => {
        // Later errors are those of its streams.
        session.on('error', reject)
        session.once('close', () => reject(new Error('the connection was closed')))
        session.once('connect', () => resolve())
      })
    } catch (error) {
      throw failureOf(error)
    } finally {
      timer.cancel()
    }
    session.setLocalWindowSize(sessionWindowBytes)
    return session
  }

  #socket(lookup: LookupFunction): Socket {
    const { host, port, tls, ca } = this.#route
    if (tls === 'None') return connectTcp({ host, port, lookup }).setNoDelay(true)
    const isVerified = tls === 'Verified'
    const socket = connectTls({
      host,
      port,
      lookup,
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: ['h2'],
      minVersion: 'TLSv1.2',
      rejectUnauthorized: isVerified,
      ...(ca === undefined ? {} : { ca }),
    })
    return socket.setNoDelay(true)
  }

  #ping(session: ClientHttp2Session): void {
    if (session.closed || session.destroyed) return
    const timer = this.#parts.clock.setTimer(pingMs, () =>
      session.destroy(new Error(`no answer to a ping within ${pingMs} ms`)),
    )
    const isSent = session.ping(() => timer.cancel())
    if (!isSent) timer.cancel()
  }
}

function failureOf(error: unknown): PickerFailure {
  if (error instanceof PickerFailure) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const message = error instanceof Error ? error.message : 'unknown reason'
  const reason = typeof code === 'string' && code.startsWith('E') ? code : message
  return new PickerFailure('Connect', `it could not be reached (${reason})`, error)
}
