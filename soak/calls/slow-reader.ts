import { request, type IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { questionText } from '../upstream/asked-answer.ts'
import type { CallSite, SoakCall } from './soak-call.ts'

/** About 5 MB as a stream: more than what sockets hold, so that reading slowly is felt. */
const words = 15_000
const pauseMs = 20

/** A caller who reads a long stream slower than it comes; one in three leaves in between. */
export const slowReader: SoakCall = {
  name: 'slow reader',
  weight: 0.3,
  async run(site) {
    const response = await open(site)
    const leavesAfter = site.random.chance(0.33) ? site.random.below(30) : Infinity
    let reads = 0
    let end = ''
    for await (const part of response) {
      const text = (part as Buffer).toString('latin1')
      end = (end + text).slice(-100)
      if ((reads += 1) > leavesAfter) return
      await pause(pauseMs)
    }
    if (response.statusCode !== 200) throw new Error(`${response.statusCode}`)
    if (!end.endsWith('data: [DONE]\n\n')) throw new Error('200 without an end')
  },
}

function open(site: CallSite): Promise<IncomingMessage> {
  const body = JSON.stringify({
    model: 'openai',
    stream: true,
    messages: [{ role: 'user', content: questionText(site.question(words)) }],
  })
  return new Promise((resolve, reject) => {
    request(`${site.gateway}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...site.headers, 'content-type': 'application/json' },
      agent: false,
    })
      .once('response', resolve)
      .once('error', reject)
      .end(body)
  })
}
