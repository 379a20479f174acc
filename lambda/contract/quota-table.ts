/**
 * The quotas per minute of the models, as Service Quotas lists them. The columns: the model's id, the codes
 * of its quotas of tokens and of requests in each scope, without `L-`, and its name in the quota's name. `-`
 * is a code that is not known, or a quota that does not exist.
 *
 * AWS publishes no list of the codes. Sources, read in November 2026: lists of quotas that accounts
 * published, and the tables of projects that look quotas up by code. Some names follow from those of the
 * model's family; a name that AWS does not use finds nothing. A model whose family was not seen is not in
 * the table, so its quota counts as unknown.
 */
export const QUOTA_TABLE = `
model                                     on-demand         geo               global            name
anthropic.claude-3-haiku-20240307-v1:0    8CE99163/2DC80978 DCADBC78/616A3F5B -/-               Anthropic Claude 3 Haiku
anthropic.claude-3-sonnet-20240229-v1:0   4C35BB2A/F406804E 5DF13F64/46591118 -/-               Anthropic Claude 3 Sonnet
anthropic.claude-3-opus-20240229-v1:0     27477D78/8050DFC8 6C86825E/EB15245D -/-               Anthropic Claude 3 Opus
anthropic.claude-3-5-haiku-20241022-v1:0  7AB4ABDD/C7438F8F 4BF37C17/252DF594 -/-               Anthropic Claude 3.5 Haiku
anthropic.claude-3-5-sonnet-20240620-v1:0 A50569E5/254CACF4 479B647F/F457545D -/-               Anthropic Claude 3.5 Sonnet
anthropic.claude-3-5-sonnet-20241022-v2:0 AD41C330/79E773B3 FF8B4E28/1D3E59A3 -/-               Anthropic Claude 3.5 Sonnet V2
anthropic.claude-3-7-sonnet-20250219-v1:0 -/-               6E888CC2/3D8CC480 -/-               Anthropic Claude 3.7 Sonnet
anthropic.claude-haiku-4-5-20251001-v1:0  -/-               58BE175A/CCA5DF70 9A11C666/E5084BBA Anthropic Claude Haiku 4.5
anthropic.claude-haiku-5-5                -/-               -/-               -/-               Anthropic Claude Haiku 5.5
anthropic.claude-sonnet-4-20250514-v1:0   -/-               59759B4A/559DCC33 97E41E39/C63AA5DA Anthropic Claude Sonnet 4
anthropic.claude-sonnet-4-5-20250929-v1:0 -/-               F4DDD3EB/4A6BFAB1 27C57EE8/DB84CE56 Anthropic Claude Sonnet 4.5
anthropic.claude-sonnet-4-6               -/-               15B8E632/00FF3314 7BEE40FB/F6E116D7 Anthropic Claude Sonnet 4.6
anthropic.claude-sonnet-5                 -/-               D4FBCF4E/-        DD84E5CA/-        Anthropic Claude Sonnet 5
anthropic.claude-sonnet-5-5               -/-               94A31E46/-        31AB82D0/-        Anthropic Claude Sonnet 5.5
anthropic.claude-opus-4-20250514-v1:0     -/-               29C2B0A3/C99C7EF6 -/-               Anthropic Claude Opus 4
anthropic.claude-opus-4-1-20250805-v1:0   -/-               BD85BFCD/7EC72A47 -/-               Anthropic Claude Opus 4.1
anthropic.claude-opus-4-5-20251101-v1:0   -/-               7007E9C9/27989F42 3ABF6ACC/58424D95 Anthropic Claude Opus 4.5
anthropic.claude-opus-4-6-v1              98944717/0491E43A 0AD9BBE8/11DFF789 3DCCFAA4/3DD46812 Anthropic Claude Opus 4.6
anthropic.claude-opus-4-7                 -/-               5DB28B7B/-        34152C1D/-        Anthropic Claude Opus 4.7
anthropic.claude-opus-4-8                 -/-               DB99DCDB/-        4FCE27C7/-        Anthropic Claude Opus 4.8
anthropic.claude-opus-5                   -/-               99296DCD/-        D73B1244/-        Anthropic Claude Opus 5
anthropic.claude-opus-5-5                 -/-               A4430697/-        A103A344/-        Anthropic Claude Opus 5.5
anthropic.claude-fable-5                  -/-               9B258944/-        D06938E7/-        Anthropic Claude Fable 5
anthropic.claude-fable-5-1                -/-               -/-               -/-               Anthropic Claude Fable 5.1
anthropic.claude-mythos-5                 -/-               -/-               -/-               Anthropic Claude Mythos 5
anthropic.claude-mythos-5-1               -/-               -/-               -/-               Anthropic Claude Mythos 5.1
amazon.nova-2-lite-v1:0                   -/-               C6F5908D/F06F1187 71C69B70/D5F39C2F Amazon Nova 2 Lite
amazon.nova-lite-v1:0                     70423BF8/E386A278 7C42E72A/89F8391A -/-               Amazon Nova Lite
amazon.nova-micro-v1:0                    CFA4FA0D/E118F160 DC7FF66C/3F110E0F -/-               Amazon Nova Micro
amazon.nova-premier-v1:0                  -/-               AA7FE948/9AD981E7 -/-               Amazon Nova Premier
amazon.nova-pro-v1:0                      CE33604C/F2717A44 C0326783/ED46B8C5 -/-               Amazon Nova Pro
ai21.jamba-1-5-large-v1:0                 CFAB19FF/F4CAA0FD -/-               -/-               AI21 Labs Jamba 1.5 Large
ai21.jamba-1-5-mini-v1:0                  5A778346/0449ADC5 -/-               -/-               AI21 Labs Jamba 1.5 Mini
deepseek.r1-v1:0                          -/-               06B03968/F52323AB -/-               DeepSeek R1
meta.llama3-70b-instruct-v1:0             609E24B0/46D383AF -/-               -/-               Meta Llama 3 70B Instruct
meta.llama3-8b-instruct-v1:0              03A9B835/320BEFEB -/-               -/-               Meta Llama 3 8B Instruct
meta.llama3-1-70b-instruct-v1:0           48E55E59/ECA5B974 92E68994/29644EB3 -/-               Meta Llama 3.1 70B Instruct
meta.llama3-1-405b-instruct-v1:0          -/-               -/-               -/-               Meta Llama 3.1 405B Instruct
meta.llama3-1-8b-instruct-v1:0            9E79C230/19A2ED6C 9782749C/396C5302 -/-               Meta Llama 3.1 8B Instruct
meta.llama3-2-11b-instruct-v1:0           E2D0B19E/53CCF898 -/-               -/-               Meta Llama 3.2 11B Instruct
meta.llama3-2-1b-instruct-v1:0            6F14193C/20CFCD61 BD9FDA6F/A31D2B40 -/-               Meta Llama 3.2 1B Instruct
meta.llama3-2-3b-instruct-v1:0            A7EDC29B/2F9B4FC2 0B2687F4/6B0A9FAD -/-               Meta Llama 3.2 3B Instruct
meta.llama3-2-90b-instruct-v1:0           41C63FF8/EBDED838 -/-               -/-               Meta Llama 3.2 90B Instruct
meta.llama3-3-70b-instruct-v1:0           -/-               0E7AA8B7/DEDE703C -/-               Meta Llama 3.3 70B Instruct
meta.llama4-maverick-17b-instruct-v1:0    -/-               DE3FBBF4/4F18EF2F -/-               Meta Llama 4 Maverick
meta.llama4-scout-17b-instruct-v1:0       -/-               532E6630/751B753A -/-               Meta Llama 4 Scout
mistral.ministral-3-14b-instruct          334E5409/99F7BDBC -/-               -/-               Ministral 14B 3.0
mistral.ministral-3-3b-instruct           8A4BEE90/DCA37E91 -/-               -/-               Ministral 3B 3.0
mistral.ministral-3-8b-instruct           3B98F300/2BDF9A55 -/-               -/-               Ministral 8B 3.0
mistral.mistral-large-3-675b-instruct     C709F563/5B274E24 -/-               -/-               Mistral Large 3
mistral.pixtral-large-2502-v1:0           -/-               4B9F76B0/674F42D5 -/-               Mistral Pixtral Large 25.02
moonshotai.kimi-k2.5                      -/-               -/-               -/-               Moonshot AI Kimi K2.5
openai.gpt-5.4                            -/-               -/-               -/-               GPT-5.4
openai.gpt-5.5                            -/-               -/-               -/-               GPT-5.5
openai.gpt-5.6-luna                       -/-               -/-               -/-               GPT-5.6 Luna
openai.gpt-5.6-sol                        -/-               -/-               -/-               GPT-5.6 Sol
openai.gpt-5.6-terra                      -/-               -/-               -/-               GPT-5.6 Terra
openai.gpt-6-astra                        -/-               53A144CD/-        B38B530A/-        GPT-6 Astra
openai.gpt-6-luna                         -/-               -/-               CCC92354/-        GPT-6 Luna
openai.gpt-6-sol                          -/-               -/-               -/-               GPT-6 Sol
openai.gpt-6.1-sol                        -/-               8C5F762B/-        -/-               GPT-6.1 Sol
openai.gpt-6.1-terra                      -/-               -/-               -/-               GPT-6.1 Terra
openai.gpt-oss-120b-1:0                   9DC5F595/25B50707 -/-               -/-               OpenAI GPT OSS 120B
openai.gpt-oss-20b-1:0                    036E14D8/AF7F0545 -/-               -/-               OpenAI GPT OSS 20B
openai.gpt-oss-safeguard-20b              5D8F2F54/65833D55 -/-               -/-               GPT OSS Safeguard 20B
openai.gpt-oss-safeguard-120b             594C7AC9/C4E013EF -/-               -/-               GPT OSS Safeguard 120B
qwen.qwen3-235b-a22b-2507-v1:0            3875BCCF/548A1A32 -/-               -/-               Qwen3 235B a22b 2507
qwen.qwen3-32b-v1:0                       B7C52139/E880C759 -/-               -/-               Qwen3 32B
qwen.qwen3-coder-30b-a3b-v1:0             92F81E14/66EE6E0B -/-               -/-               Qwen3 Coder 30B a3b
writer.palmyra-x4-v1:0                    -/-               -/-               -/-               Writer AI Palmyra X4
writer.palmyra-x5-v1:0                    -/-               -/-               -/-               Writer AI Palmyra X5
`;
