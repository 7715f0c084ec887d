import { floor } from './floor.ts'

/** What any gateway on Node.js costs at least. */
export const rawNet = floor(
  'raw-net',
  'a floor: Node.js sockets on both sides, with HTTP read by hand and nothing checked',
)
