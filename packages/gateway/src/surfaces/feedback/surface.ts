import { openAiChat } from '@fairlead/llm'
import { CounterStoreUnavailable } from '@fairlead/usage'
import { gatewayError } from '../../errors/gateway-error.ts'
import { readJson } from '../read-json.ts'
import type { Surface, SurfaceRequest } from '../surface.ts'
import { readFeedback } from './read-feedback.ts'

/** What a caller thinks of the answer of one of its calls with a prompt. */
export const feedback: Surface = {
  name: 'feedback',
  dialect: openAiChat,
  routes: [{ method: 'POST', path: '/v1/feedback', answer: takeFeedback }],
}

async function takeFeedback(request: SurfaceRequest): Promise<object> {
  const { caller, services } = request
  const { tenant } = caller
  if (tenant === '') throw gatewayError.anonymousUsage()
  const { comment, requestId, thousandths } = readFeedback(await readJson(request))
  const rating = { requestId, tenant, thousandths, atMs: services.clock.now() }
  const rated = await services.usage.ledger.rate(rating).catch((error: unknown) => {
    throw error instanceof CounterStoreUnavailable ? gatewayError.usageUnavailable(error) : error
  })
  if (rated === undefined) throw gatewayError.ratedCallNotFound(requestId)
  const at = rated.prompt.lastIndexOf('@')
  const [prompt, promptVersion] = [rated.prompt.slice(0, at), rated.prompt.slice(at + 1)]
  const score = thousandths / 1000
  if (!rated.isReplaced) services.metrics.prompts.countRating(prompt, promptVersion, thousandths)
  const consumer = caller.consumer
  const said = { requestId, consumer, prompt, promptVersion, score, comment }
  services.logger.info({ ...said, replaced: rated.isReplaced }, 'feedback')
  return {
    object: 'feedback',
    request_id: requestId,
    prompt,
    prompt_version: promptVersion,
    score,
    replaced: rated.isReplaced,
  }
}
