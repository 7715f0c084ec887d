import type { RoutingRule } from '@fairlead/api'
import { type Settings, settingOf } from './provider-defaults.ts'

type Strategy = RoutingRule['strategy']

const strategies: Readonly<Record<string, Strategy>> = {
  'simple-shuffle': 'Weighted',
  'least-busy': 'LeastBusy',
  'latency-based-routing': 'LeastLatency',
  'cost-based-routing': 'LeastCost',
  'usage-based-routing': 'Weighted',
  'usage-based-routing-v2': 'Weighted',
}

/** The strategy of all rules, by `routing_strategy`. */
export function readRoutingStrategy(settings: Settings): Strategy {
  const value = settingOf(settings, 'routing_strategy')
  const name = value?.text()
  if (value === undefined || name === undefined) return 'Weighted'
  const strategy = Object.hasOwn(strategies, name) ? strategies[name] : undefined
  if (strategy === undefined) {
    value.note('lost', `there is no strategy ${JSON.stringify(name)}: calls are drawn by weight`)
  } else if (name.startsWith('usage-based')) {
    value.note(
      'changed',
      'calls are drawn by weight (rpm or tpm), less often where a provider says that less than half of its quota is left, and never beyond the limits of a provider',
    )
  }
  return strategy ?? 'Weighted'
}
