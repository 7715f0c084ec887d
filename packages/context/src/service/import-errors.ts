import { ModelError } from '@fairlead/llm'

/** What is wrong with a line of an import. Lines count from 1. */
export function wrongLine(line: number, problem: string): ModelError {
  return new ModelError('invalid-request', `Line ${line}: ${problem}.`, {
    code: 'invalid_import',
    param: `line ${line}`,
  })
}
