import { group, kinds, LLMGateway, PromptTemplate } from '@fairlead/api'
import { publishVerb } from './publish-verb.ts'
import type { PolicyRule } from './rbac.ts'

const plurals = kinds.map(({ plural }) => plural)

/** For people who may view a namespace. */
export const viewRules: readonly PolicyRule[] = [
  {
    apiGroups: [group],
    resources: [...plurals, ...plurals.map((plural) => `${plural}/status`)],
    verbs: ['get', 'list', 'watch'],
  },
]

/** For people who may edit a namespace, beside viewing it. */
export const editRules: readonly PolicyRule[] = [
  {
    apiGroups: [group],
    resources: plurals,
    verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'],
  },
  {
    apiGroups: [group],
    resources: [`${LLMGateway.plural}/scale`],
    verbs: ['get', 'update', 'patch'],
  },
]

/** For people who administer a namespace, beside editing it: what callers get at a path of a gateway. */
export const adminRules: readonly PolicyRule[] = [
  { apiGroups: [group], resources: [PromptTemplate.plural], verbs: [publishVerb] },
]
