import { anthropicWords, words } from '../calls/calls.ts'
import { translatingPeers } from './every-peer.ts'
import { wordStreams } from './word-streams.ts'

/** Streams of another format as models write them. */
export const anthropicWordsShape = wordStreams({
  name: 'anthropic-words',
  title: 'stream, word by word, translated from Anthropic',
  peers: translatingPeers,
  call: anthropicWords,
  beside: { row: 'fairlead, same format', call: words },
})
