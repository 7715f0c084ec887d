import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
} from 'node:http2'
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Clock, DeadlineError, openScope, untilAborted } from '@fairlead/base'
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
/** How long calls wait for a connection when the one before failed: calls that another may answer. */
const secondChanceMs = 250
/** How long a connection may take to show that it lives. */
const pingMs = 2_000
/** What may be under way towards us, of one stream and of all: pickers send bodies back. */
const streamWindowBytes = 1024 * 1024
const sessionWindowBytes = 16 * 1024 * 1024

/** A connection, and how many calls are on it. */
interface OpenSession {
  readonly http: ClientHttp2Session
  streams: number
  /** Whether it is closed when its last call has ended. */
  isLeft: boolean
  /** Has further calls open another one. */
  readonly leave: () => void
}

/**
 * The connection to an endpoint picker, over HTTP/2, on which every call has a stream. It is opened when
 * it is needed, and anew when it has ended or has as many streams as the picker allows.
 */
export class PickerConnection {
  readonly #route: PickerRoute
  readonly #parts: PickerConnectionParts
  #session: Promise<OpenSession> | undefined
  #failure: { readonly error: PickerFailure; readonly untilMs: number } | undefined
  #isClosed = false

  constructor(route: PickerRoute, parts: PickerConnectionParts) {
    this.#route = route
    this.#parts = parts
  }

  /**
   * A stream for one call. Rejects with PickerFailure, or with the signal's reason. After an attempt to
   * connect that failed, the failure is that attempt's for a second, and then until another succeeds if
   * that takes longer than 250 ms: a picker that is gone does not hold up every call.
   */
  async openStream(signal: AbortSignal): Promise<ClientHttp2Stream> {
    const session = await this.#openSoon(signal)
    signal.throwIfAborted()
    const { http } = session
    const { maxConcurrentStreams = Infinity } = http.remoteSettings
    const isFull = session.streams >= maxConcurrentStreams && session.streams > 0
    if (isFull || http.closed || http.destroyed) {
      // Its calls keep it. Closed now, it would refuse those that have just been begun.
      session.isLeft = true
      session.leave()
      return this.openStream(signal)
    }
    try {
      const stream = http.request({
        ':method': 'POST',
        ':path': processPath,
        'content-type': 'application/grpc',
        te: 'trailers',
        'user-agent': 'fairlead',
      })
      session.streams += 1
      stream.once('close', () => {
        session.streams -= 1
        if (session.isLeft && session.streams === 0) http.close()
      })
      return stream
    } catch (error) {
      throw new PickerFailure('Connect', 'its connection has just been closed', {
        cause: error,
        wasLost: true,
      })
    }
  }

  /** Somebody waits in vain for an answer: a connection that is dead is given up. */
  suspect(): void {
    void this.#session?.then(
      ({ http }) => this.#ping(http),
      () => {},
    )
  }

  /** Closes the connection once its streams have ended. */
  close(): void {
    this.#isClosed = true
    void this.#session?.then(
      ({ http }) => http.close(),
      () => {},
    )
  }

  async #openSoon(signal: AbortSignal): Promise<OpenSession> {
    const failure = this.#failure?.error
    if (failure === undefined) return untilAborted(this.#open(), signal)
    using limit = openScope({
      parents: [signal],
      clock: this.#parts.clock,
      timeoutMs: secondChanceMs,
    })
    try {
      return await untilAborted(this.#open(), limit.signal)
    } catch (error) {
      throw error instanceof DeadlineError && !signal.aborted ? failure : error
    }
  }

  #open(): Promise<OpenSession> {
    if (this.#session !== undefined) return this.#session
    const { clock } = this.#parts
    if (this.#failure !== undefined && clock.monotonicMs() < this.#failure.untilMs) {
      return Promise.reject(this.#failure.error)
    }
    const leave = () => {
      if (this.#session === opening) this.#session = undefined
    }
    const opening = this.#connect().then((http): OpenSession => ({
      http,
      streams: 0,
      isLeft: false,
      leave,
    }))
    this.#session = opening
    opening.then(
      ({ http }) => {
        this.#failure = undefined
        http.once('goaway', leave).once('close', leave)
        if (http.closed || http.destroyed) leave()
        if (this.#isClosed) http.close()
      },
      (error: unknown) => {
        leave()
        const failure = failureOf(error)
        this.#failure = { error: failure, untilMs: clock.monotonicMs() + restMs }
      },
    )
    return opening
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
    const socket = this.#socket(lookup)
    const session = connectHttp2(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
    })
    const connected = Promise.withResolvers<void>()
    // Later errors are those of its streams.
    session.on('error', connected.reject)
    session.once('close', () => connected.reject(new Error('the connection was closed')))
    // Its settings come first on every connection of HTTP/2: it speaks it, and says how many streams.
    session.once('remoteSettings', () => connected.resolve())
    const timer = clock.setTimer(connectMs, () =>
      connected.reject(new Error(`no connection within ${connectMs} ms`)),
    )
    try {
      await connected.promise
    } catch (error) {
      // A session whose socket still resolves the name does not end by itself.
      session.destroy()
      socket.destroy()
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
  return new PickerFailure('Connect', `it could not be reached (${reason})`, { cause: error })
}
