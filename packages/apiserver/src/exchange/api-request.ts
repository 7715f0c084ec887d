import type { User } from '../auth/user.ts'

/** An authenticated request with its whole body. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly accept: string
  readonly contentType: string
  readonly userAgent: string
  readonly ifNoneMatch: string
  readonly body: Buffer
  readonly user: User
  /** Adds a Warning header to the answer. */
  readonly warn: (message: string) => void
}
