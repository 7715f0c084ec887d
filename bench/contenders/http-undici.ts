import { floor } from './floor.ts'

/** What a gateway on Node.js costs at least with its own HTTP server and client. */
export const httpUndici = floor(
  'http-undici',
  "a floor: Node.js' HTTP server in front of undici, passing all bodies through",
)
