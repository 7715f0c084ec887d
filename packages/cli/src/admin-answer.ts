/** A response of the admin port. */
export interface AdminAnswer {
  readonly status: number
  readonly body: string
  /** Defaults to `text/plain; charset=utf-8`. */
  readonly contentType?: string
}
