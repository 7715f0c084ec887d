import type { PolicyTarget } from '@fairlead/snapshot'
import type { CallTarget } from '../routing/call-target.ts'
import type { MatchedRoute } from '../routing/match-route.ts'
import type { RoutedCall } from '../routing/routed-call.ts'

/** Where a call goes: what policies are attached to. */
export interface RoutedTo {
  readonly routed: RoutedCall
  readonly route: Pick<MatchedRoute, 'route'>
}

/** Whether a call that may be answered by `targets` passes what a policy is attached to. */
export function isAttachedTo(
  attached: PolicyTarget,
  { routed, route }: RoutedTo,
  { gateway, targets }: { readonly gateway: string; readonly targets: readonly CallTarget[] },
): boolean {
  const { key } = attached
  switch (attached.kind) {
    case 'LLMGateway':
      return key === gateway
    case 'Consumer':
      return key === routed.caller.consumer
    case 'PromptTemplate': {
      const { prompt } = routed
      return prompt !== undefined && key === `${prompt.namespace}/${prompt.name}`
    }
    case 'RoutingPolicy': {
      if (route.route === undefined) return false
      const { policy, rule } = route.route
      return isRule(attached, `${policy.namespace}/${policy.name}`, rule)
    }
    case 'LLMProvider': {
      const { model } = attached
      return targets.some(
        ({ model: asked, provider }) =>
          key === provider.key && (model === undefined || provider.realModel(model) === asked),
      )
    }
  }
}

/** Whether a policy is attached to this rule of the RoutingPolicy with this `namespace/name`. */
export function isRule(target: PolicyTarget, key: string, rule: string): boolean {
  return (
    target.kind === 'RoutingPolicy' &&
    target.key === key &&
    (target.rule === undefined || target.rule === rule)
  )
}
