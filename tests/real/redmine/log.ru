# Redmine behind a log of requests, with one line of JSON each.
require 'json'

class RequestLog
  def initialize(app)
    @app = app
  end

  def call(env)
    began = Time.now.to_f
    answer = @app.call(env)
    line = { at: began, took: Time.now.to_f - began, method: env['REQUEST_METHOD'],
             host: env['HTTP_HOST'], uri: env['REQUEST_URI'], status: answer[0].to_i,
             agent: env['HTTP_USER_AGENT'].to_s,
             conditional: env.key?('HTTP_IF_NONE_MATCH') || env.key?('HTTP_IF_MODIFIED_SINCE') }
    File.open(ENV['ACCESS'], 'a') { |file| file.puts(JSON.generate(line)) }
    answer
  end
end

require File.join(Dir.pwd, 'config', 'environment')
use RequestLog
run Rails.application
