import { createHash } from 'node:crypto'
import { type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import { ConditionCompiler } from '@fairlead/cel'
import { invalidField, operationOf } from '@fairlead/llm'
import type { AnswerTransform } from '../../answer/answer-transform.ts'
import type { Call } from '../../call/call.ts'
import { Counter } from '../../metrics/counter.ts'
import { parseJsonObject } from '../../http/json-body.ts'
import type { AdmissionPolicy, CreateCallPolicy, Permit } from '../call-policy.ts'
import { ExpressionFailures } from '../expression-failures.ts'
import { CallGuards, type CallLooks, type Sampler } from './call-guards.ts'
import { BufferedAnswer, GuardedAnswer } from './guarded-answer.ts'
import { promptGuards } from './prompt-guards.ts'
import { type PreparedGuardrail, PreparedGuardrails } from './prepared-guards.ts'
import { checkedRequest } from './request-texts.ts'
import { inOrder, policyTransforms } from './transforms/policy-transforms.ts'

const nothing: Permit = { settle: () => {} }

/**
 * GuardrailPolicies: what calls and their answers may not contain. The request that goes on is the one
 * that was checked: where a guard has changed a text, its body is written and read anew.
 */
export const guards: CreateCallPolicy = ({ clock, logger, registry }): AdmissionPolicy => {
  const verdicts = new Counter(registry, {
    name: 'fairlead_guardrail_verdicts_total',
    help: 'Calls in which a guard has found something, and what was done about it.',
    labelNames: ['policy', 'guard', 'phase', 'action'],
  })
  const failed = new Counter(registry, {
    name: 'fairlead_guardrail_expression_failures_total',
    help: 'Evaluations of the cel of a GuardrailPolicy that failed; the policy holds.',
    labelNames: ['policy'],
  })
  const failures = new ExpressionFailures({
    count: (policy) => failed.labels({ policy }).inc(),
    logger,
    clock,
    message: 'cel of a GuardrailPolicy could not be evaluated: the policy holds',
  })
  const prepared = new PreparedGuardrails(new ConditionCompiler(), (policy, failure) =>
    failures.note(policy, failure),
  )
  return {
    name: 'guards',
    stage: 'admission',
    enter(call) {
      const { record, routed, route, runtime } = call
      // Documents of knowledge bases are looked at when they are quoted.
      if (record.purpose === 'knowledge') return nothing
      const policies = prepared.forCall(runtime.snapshot, { routed, route })
      if (policies.length === 0) return nothing
      const looking = new CallGuards(policies, record.guardrails, looksOf(call))
      const settle = () => {
        for (const { action, guard, phase, policy } of record.guardrails) {
          verdicts.labels({ policy, guard, phase, action }).inc()
        }
      }
      try {
        checkRequest(call, looking)
      } catch (error) {
        settle()
        throw error
      }
      call.guards = promptGuards(looking)
      // What a model says to the gateway becomes part of a prompt, which is looked at.
      const isOwn = record.purpose !== undefined
      const transform = isOwn ? undefined : answerTransforms(call, policies, looking)
      return { settle, ...(transform && { transform }) }
    },
    configured({ snapshot }) {
      for (const policy of snapshot.guardrailPolicies) prepared.prepare(policy)
    },
  }
}

/**
 * What earlier turns were masked with means other values: in a conversation nothing is put back, and
 * placeholders begin at a number that they have hardly begun at. So do those of the gateway's own calls,
 * which the call that they are made for must not take for its own.
 */
function looksOf(call: Call): CallLooks {
  const { record, request } = call
  const { context, kept } = request
  const hasHistory = context.conversation !== undefined || kept?.previous !== undefined
  const standsAlone = !hasHistory && record.purpose === undefined
  return {
    sample: samplerFor(call),
    firstMask: standsAlone ? 1 : 1000 + Math.floor(chanceFor(call, 'placeholders') * 999_000),
    restoresValues: standsAlone,
  }
}

function samplerFor(call: Call): Sampler {
  return (guard) => chanceFor(call, guard) * 100
}

/** From 0 to 1, and the same for a call that is sent again: else it would not be the same call. */
function chanceFor({ sentBody, services }: Call, what: string): number {
  if (sentBody === undefined) return services.random()
  return createHash('sha256').update(what).update(sentBody).digest().readUInt32BE() / 2 ** 32
}

const phasesOfRequests = ['Input', 'ToolDefinitions', 'ToolArguments', 'ToolOutput'] as const

function checkRequest(call: Call, looking: CallGuards): void {
  const { dialect, readRequest, request, sentBody } = call
  if (readRequest === undefined || sentBody === undefined) return
  if (!phasesOfRequests.some((phase) => looking.lookAt(phase))) return
  // Tools of the gateway's own have been taken out of it.
  const fields = request.searches.length > 0 ? parseJsonObject(sentBody) : request.fields()
  const isOwn = dialect.passage.isOwnContext?.(fields['context']) !== true
  looking.avoidPlaceholders(sentBody.toString())
  const checked = checkedRequest(fields, looking, isOwn)
  if (checked === fields) return
  const written = JSON.stringify(checked)
  looking.requestChecked(written)
  const body = Buffer.from(written)
  call.request = readRequest(body)
  // Of a prompt in rollout, chance may have chosen another version.
  call.record.prompt = call.request.prompt
}

/** Where the APIs that have several answers say how many are wanted. */
function checkAnswers(fields: JsonObject): void {
  const config = objectOrEmpty(fields['generationConfig'] ?? fields['generation_config'])
  const wanted: readonly (readonly [string, unknown])[] = [
    ['n', fields['n']],
    ['generationConfig.candidateCount', config['candidateCount'] ?? config['candidate_count']],
  ]
  for (const [name, count] of wanted) {
    if ((numberOrUndefined(count) ?? 1) <= 1) continue
    throw invalidField(name, 'guards look at one answer of a call: leave it out, or give 1.')
  }
}

/** Guards come last: they look at what the caller gets. */
function answerTransforms(
  call: Call,
  policies: readonly PreparedGuardrail[],
  looking: CallGuards,
): AnswerTransform | undefined {
  if (operationOf(call.dialect) !== 'chat') return undefined
  const guarding = guardTransform(call, looking)
  const told = (text: string) => looking.checked('Output', text)
  const changing = policyTransforms(policies, call, told)
  const transforms = [...changing, ...(guarding ? [guarding] : [])]
  if (transforms.length > 0) checkAnswers(call.request.fields())
  return inOrder(transforms)
}

function guardTransform(call: Call, looking: CallGuards): AnswerTransform | undefined {
  const looks = looking.lookAt('Output') || looking.lookAt('ToolArguments')
  if (!looks && !looking.restores) return undefined
  const { maxResponseBytes } = call.runtime.snapshot.gateway.limits
  return {
    name: 'guards',
    takes: 'events',
    apply(answer) {
      looking.answerBegins()
      // An earlier answer is as its caller got it.
      if (call.earlier !== undefined) return answer
      return looking.bufferAnswers && !answer.isWhole
        ? new BufferedAnswer(answer, looking, maxResponseBytes)
        : new GuardedAnswer(answer, looking)
    },
  }
}
