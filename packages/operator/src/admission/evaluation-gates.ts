import { PromptEvaluation, type PromptTemplate } from '@fairlead/api'
import type { Client } from '@fairlead/controller-runtime'

type Template = Pick<PromptTemplate, 'spec'>
type Evaluation = Pick<PromptEvaluation, 'metadata' | 'spec' | 'status'>

const timeoutMs = 4000
/** Of more answers without a score, a mean says too little. */
const unscoredPart = 0.1

/**
 * Why versions may not newly receive calls, each with the path of a field: what evaluations of the
 * prompt say that are its gates. Empty if nothing stands against it.
 */
export async function gateProblems(
  client: Pick<Client, 'list'>,
  template: PromptTemplate,
  before: Template,
): Promise<readonly string[]> {
  const { name, namespace = '' } = template.metadata
  const versions = newlyServed(template, before)
  if (versions.length === 0) return []
  const { items } = await client.list(PromptEvaluation, { namespace, timeoutMs })
  const gates = items.filter(({ spec }) => spec.gate !== undefined && spec.promptRef.name === name)
  return gates.flatMap((gate) => versions.flatMap((version) => gateProblem(gate, version) ?? []))
}

/** The versions that calls get after a write, and did not get before. */
export function newlyServed(after: Template, before: Template): readonly string[] {
  const known = served(before)
  return served(after).filter((version) => !known.includes(version))
}

function served({ spec: { rollout, versions } }: Template): readonly string[] {
  if (rollout.length === 0) return versions.slice(-1).map(({ name }) => name)
  return [...new Set(rollout.filter(({ weight }) => weight > 0).map(({ version }) => version))]
}

/** Undefined for a version that has reached what the gate asks for. */
export function gateProblem(
  { metadata, spec, status }: Evaluation,
  version: string,
): string | undefined {
  const { gate } = spec
  if (gate === undefined) return undefined
  const by = `the PromptEvaluation ${metadata.name} asks for ${gate.metric} of at least ${gate.atLeast}`
  const refused = `spec.rollout: version ${JSON.stringify(version)} may not receive calls yet: ${by}`
  if (!spec.versions.includes(version)) {
    return `${refused}, and does not evaluate it: add it to its spec.versions, and wait for the result`
  }
  // One of another generation was scored in another way.
  const result = status?.results?.find(
    (one) => one.version === version && one.generation === metadata.generation,
  )
  const score = result?.scores.find(({ metric }) => metric === gate.metric)
  if (result === undefined || score === undefined) {
    return `${refused}, and has no result for it yet: name the version that is to be served meanwhile`
  }
  const cases = result.cases + result.failed
  if (score.unscored > unscoredPart * cases) {
    return `${refused}, and ${score.unscored} of ${cases} answers could not be scored: ${result.message ?? 'see its status'}`
  }
  if (score.mean >= Number(gate.atLeast)) return undefined
  return `${refused}, and it has reached ${score.mean}: publish a better version`
}
