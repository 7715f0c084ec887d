import type { User } from '../auth/user.ts'

/** Whether the time of a request has passed, and it has been answered. */
export interface Deadline {
  passed: boolean
}

/** What an authenticated request asks for. */
export interface RequestHead {
  readonly method: string
  /** Decoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly user: User
}

/** A request with its complete body. */
export interface ApiRequest extends RequestHead {
  /** The address at which the client has found the server: `host:port`. */
  readonly host: string
  readonly accept: string
  readonly contentType: string
  readonly userAgent: string
  readonly ifNoneMatch: string
  readonly body: Buffer
  /** Adds a Warning header to the response. */
  readonly warn: (message: string) => void
  /** When its headers had come, by the monotonic clock; absent: now. */
  readonly receivedMs?: number
  /** Absent: the request may take as long as it likes. */
  readonly deadline?: Deadline
}
