import { isJsonObject } from '@fairlead/base'
import { chatFormatOf } from '@fairlead/llm'
import { checkListLengths } from '../../call/check-list-lengths.ts'
import { countInput } from '../../conversations/count-input.ts'
import { gatewayError } from '../../errors/gateway-error.ts'
import { mayCallModel } from '../../runtime/listed-models.ts'
import { readJson } from '../read-json.ts'
import type { SurfaceRequest } from '../surface.ts'

/**
 * Counts the tokens of contents, or of a whole request in `generateContentRequest`, as plans of
 * conversations count them (https://ai.google.dev/api/tokens). No provider is asked.
 */
export async function countTokens(request: SurfaceRequest): Promise<object> {
  const { caller, dialect, parameters, runtime, services } = request
  const { model = '' } = parameters
  if (!mayCallModel(model, caller, runtime)) throw gatewayError.modelNotFound(model)
  const fields = await readJson(request)
  const inner = fields['generateContentRequest'] ?? fields['generate_content_request']
  const asked = isJsonObject(inner) ? inner : fields
  checkListLengths(asked, dialect.passage, runtime.snapshot.gateway.limits)
  const { items, tools } = chatFormatOf(dialect).decodeInput(asked)
  return { totalTokens: await countInput({ model, items, tools }, services.stores, runtime) }
}
