import { words } from '../calls/calls.ts'
import { everyPeer } from './every-peer.ts'
import { wordStreams } from './word-streams.ts'

/** Streams as models write them: one chunk per write, with time between. */
export const wordsShape = wordStreams({
  name: 'words',
  title: 'stream, word by word',
  peers: everyPeer,
  call: words,
})
