import { LLMProvider, RoutingPolicy } from '@fairlead/api'
import type { BenchedFairlead } from '../../bench/fairlead/start-fairlead.ts'
import type { SoakUpstream } from '../upstream/soak-upstream.ts'
import { persona, provider, route, writeKey } from './soak-configuration.ts'

/** A change of the configuration: applies its n-th version. */
type Change = (n: number) => Promise<void>

/** Changes of every kind that calls depend on. They are applied in turn. */
export function changesOf(fairlead: BenchedFairlead, upstream: SoakUpstream): readonly Change[] {
  const { client } = fairlead
  const addition = { namespace: 'default', name: 'addition' }
  return [
    (n) => {
      const name = n % 2 === 0 ? 'openai-a' : 'openai-b'
      return fairlead.apply('LLMProvider', 'openai', provider(`${upstream.url}/${name}/v1`))
    },
    (n) => fairlead.apply('RoutingPolicy', 'openai', route('openai', ['openai'], n)),
    (n) => {
      const key = `sk-soak-${n}`
      upstream.keys.replace(key, performance.now())
      return writeKey(fairlead, key)
    },
    (n) => fairlead.apply('Persona', 'soak', persona(n)),
    async () => {
      await fairlead.apply('LLMProvider', 'addition', provider(`${upstream.url}/openai-a/v1`))
      await fairlead.apply('RoutingPolicy', 'addition', route('addition', ['addition']))
    },
    async () => {
      await client.delete(RoutingPolicy, addition)
      await client.delete(LLMProvider, addition)
    },
  ]
}
