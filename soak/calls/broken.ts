import { askChat, errorCode } from './chat.ts'
import type { SoakCall } from './soak-call.ts'

/** Calls whose only provider fails in every way: they end, and never with an error of our own. */
export const broken: readonly SoakCall[] = [false, true].map((isStream) => ({
  name: `broken provider, ${isStream ? 'stream' : 'whole'}`,
  weight: 3,
  async run(site) {
    const response = await askChat(site, site.question(20), { model: 'broken', isStream })
    const body = await response.text()
    if (response.status === 500) throw new Error(`500 ${errorCode(body)}`)
  },
}))
