import { large } from '../calls/calls.ts'
import { closedLoop } from './closed-loop.ts'
import { everyPeer } from './every-peer.ts'

/** Long prompts and long answers. */
export const largeShape = closedLoop({
  name: 'large',
  title: '100 KB request, 100 KB answer',
  peers: everyPeer,
  call: large,
})
