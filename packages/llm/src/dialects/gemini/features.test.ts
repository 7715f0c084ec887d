import { describe, expect, it } from 'vitest'
import { gemini } from './dialect.ts'

const contents = (parts: object, sent: readonly object[] = [{ text: 'hi' }]) => ({
  contents: [{ parts: sent }],
  ...parts,
})

describe('what a call asks of its model', () => {
  it.each<[object, string[]]>([
    [contents({}), []],
    [contents({ tools: [{ functionDeclarations: [{ name: 'look' }] }] }), ['Tools']],
    [contents({ tools: [{ googleSearch: {} }] }), []],
    [contents({}, [{ inline_data: { mime_type: 'image/png' } }]), ['Vision']],
    [contents({}, [{ fileData: { mimeType: 'audio/mp3' } }]), ['Audio']],
    [contents({ generationConfig: { responseMimeType: 'application/json' } }), []],
    [contents({ generation_config: { response_schema: {} } }), ['StructuredOutput']],
    [contents({ generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }), []],
    [contents({ generationConfig: { thinkingConfig: { thinkingLevel: 'LOW' } } }), ['Reasoning']],
  ])('in generateContent %o: %j', (body, features) => {
    expect([...gemini.passage.inspect(body as never).features]).toEqual(features)
    const streamed = gemini.passage.inspect(body as never, { stream: true }).features
    expect([...streamed]).toEqual(['Streaming', ...features])
  })

  it('is known with its limit and its beginning', () => {
    const limited = contents({ generationConfig: { maxOutputTokens: 8 } })
    expect(gemini.passage.inspect(limited).outputTokensMax).toBe(8)
    const body = {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [{ parts: [{ text: 'Hello' }] }],
      tools: [{ functionDeclarations: [{ name: 'look' }] }],
    }
    expect(gemini.passage.promptPrefix(body, 4096)).toBe('look\nBe brief.\nHello\n')
    expect(gemini.passage.outline(body)).toEqual({
      system: 'Be brief.',
      user: 'Hello',
      tools: ['look'],
      hasImages: false,
    })
    expect(gemini.passage.promptPrefix({ contents: 3, tools: [null] }, 10).trim()).toBe('')
  })

  it.each<[object, readonly string[]]>([
    [{ tools: [{ googleSearch: {} }, { code_execution: {} }] }, ['googleSearch', 'codeExecution']],
    [{ tools: { functionDeclarations: { name: 'look' } } }, ['look']],
    [
      {
        tools: [{ functionDeclarations: [{ name: 'a' }], function_declarations: [{ name: 'b' }] }],
      },
      ['a', 'b'],
    ],
    [{ tools: [{ googleSearch: null }] }, []],
  ])('names every tool that Google would read in %j', (body, tools) => {
    expect(gemini.passage.outline(contents(body)).tools).toEqual(tools)
  })

  it('is not hidden in a list that is written as its only member', () => {
    const body = { contents: [{ parts: { inlineData: { mimeType: 'image/png' } } }] }
    expect([...gemini.passage.inspect(body).features]).toEqual(['Vision'])
  })
})
