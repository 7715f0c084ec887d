import OpenAI from 'openai'

const [content = 'Hello', conversation] = process.argv.slice(2)
const openai = new OpenAI() // reads OPENAI_BASE_URL and OPENAI_API_KEY
const stream = await openai.chat.completions.create(
  { model: 'assistant', messages: [{ role: 'user', content }], stream: true },
  { headers: { 'x-fairlead-conversation': conversation } },
)
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '')
process.stdout.write('\n')
