import { BroadcastChannel } from 'node:worker_threads'

/*
 * Loaded into each thread of a replica before its program: the wall clock can be set while it runs.
 */
const channel = new BroadcastChannel('wall-clock')
const trueNow = Date.now.bind(Date)
let shiftMs = 0

Date.now = () => trueNow() + shiftMs
channel.addEventListener('message', (event) => {
  shiftMs += (event as Event & { readonly data: number }).data
})
channel.unref()
