/** The peer broke the rules of WebSockets, or ended the connection with a failure. */
export class WebSocketError extends Error {
  override readonly name = 'WebSocketError'
}
