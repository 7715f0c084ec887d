import { thisCommit } from '../machine/machine.ts'
import { addProvider } from '../fairlead/add-provider.ts'
import { startFairlead } from '../fairlead/start-fairlead.ts'
import type { Contender } from '../contract/contender.ts'

/** Ourselves, with every default on. */
export const fairlead: Contender = {
  name: 'fairlead',
  title: '`fairlead up`: API server, operator and gateway, keys checked, calls logged, policies on',
  provide: () => Promise.resolve(thisCommit()),
  async start(site) {
    const started = await startFairlead(site)
    for (const call of site.calls) {
      await addProvider(started, call.name, site.baseURL(call), call.provider)
    }
    return {
      process: started.process,
      url: () => `${started.gateway}/v1/chat/completions`,
      headers: () => started.headers,
      checksKeys: true,
    }
  },
}
