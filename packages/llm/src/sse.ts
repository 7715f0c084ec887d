/** One server-sent event. `event` is empty when the stream named none. */
export interface SseEvent {
  readonly event: string
  readonly data: string
}
